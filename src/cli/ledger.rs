//! `thirdspace ledger`: days on which guests of the one space were at the other.

use clap::{Args, Subcommand};

use super::answer::{Answer, Failure};
use super::open::Opened;
use super::page::{Window, paged};
use super::speaker::Staff;
use crate::coworking::peer::Host;
use crate::web::api::List;
use crate::web::api::view::{Honour, LedgerLine, Statements};

#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "Examples:\n  thirdspace ledger\n  thirdspace ledger --peer quay.example --month 2027-01"
)]
pub(super) struct Ledger {
    #[command(subcommand)]
    what: Option<What>,
    #[command(flatten)]
    staff: Staff,
    /// With this server only
    #[arg(long, value_name = "HOST")]
    peer: Option<String>,
    /// Of this month only [default: the last 13]
    #[arg(long, value_name = "YEAR-MONTH")]
    month: Option<String>,
}

#[derive(Debug, Subcommand)]
enum What {
    /// What a space and its partners said of each month, and where they differ
    #[command(after_help = "Example:\n  thirdspace ledger statements --space harbor")]
    Statements {
        #[command(flatten)]
        staff: Staff,
        /// Of which space of ours, by its username [default: the node's first]
        #[arg(long)]
        space: Option<String>,
        #[command(flatten)]
        window: Window,
    },
}

impl Ledger {
    pub(super) async fn run(self, opened: &Opened) -> Result<Answer, Failure> {
        if let Some(What::Statements { staff, space, window }) = self.what {
            return statements(opened, &staff, space.as_deref(), &window).await;
        }
        let acting = self.staff.acting(opened).await?;
        let peer = self.peer.as_deref().map(Host::parse).transpose()?;
        let month = self.month.as_deref().map(str::parse).transpose()?;
        let now = opened.node.clock.now();
        let lines = opened.read(move |tx| LedgerLine::load(tx, acting, peer.as_ref(), month, now)).await?;
        let row = |line: &LedgerLine| {
            let balance = &line.balance;
            [
                line.month.to_string(),
                line.host.clone(),
                balance.hosted.to_string(),
                balance.sent.to_string(),
                (i64::from(balance.hosted) - i64::from(balance.sent)).to_string(),
                percent(&balance.honoured_here),
                percent(&balance.honoured_there),
            ]
        };
        let headings = ["MONTH", "SERVER", "HOSTED", "SENT", "BALANCE", "HONOURED HERE", "HONOURED THERE"];
        paged(&List { items: lines, next: None }, headings, row, "No guest came or went in that time.")
    }
}

fn percent(honour: &Honour) -> String {
    honour.percent.map_or_else(|| "-".to_owned(), |percent| format!("{percent} %"))
}

async fn statements(opened: &Opened, staff: &Staff, space: Option<&str>, window: &Window) -> Result<Answer, Failure> {
    let (acting, space, page) = (staff.acting(opened).await?, opened.space(space).await?, window.page()?);
    let slice = opened.read(move |tx| Statements::page(tx, acting, space, page)).await?;
    let list = List::from(slice);
    let row = |said: &Statements| {
        let days = |statement: &Option<crate::web::api::view::Statement>| match statement {
            Some(said) => format!("{} hosted, {} sent", said.hosted, said.sent),
            None => "not yet".to_owned(),
        };
        let outcome = match said.agree() {
            None => "one is missing",
            Some(true) => "they agree",
            Some(false) => "they differ",
        };
        [
            said.month.to_string(),
            format!("@{}", said.partner.handle),
            days(&said.ours),
            days(&said.theirs),
            outcome.to_owned(),
        ]
    };
    let mut answer =
        paged(&list, ["MONTH", "PARTNER", "OURS", "THEIRS", "OUTCOME"], row, "Nothing was said of any month yet.")?;
    for said in &list.items {
        for differs in &said.differences {
            let place = if differs.hosted_here { "here" } else { "there" };
            let head = format!("{} with @{}, days {place}:", said.month, said.partner.handle);
            answer.text.push_str(&format!("{head} {} by ours, {} by theirs\n", differs.ours, differs.theirs));
            for (whose, names) in [("ours", &differs.only_ours), ("theirs", &differs.only_theirs)] {
                for name in names {
                    answer.text.push_str(&format!("  only {whose} names {name}\n"));
                }
            }
        }
    }
    Ok(answer)
}
