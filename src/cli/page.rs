//! A page of a list: which part is asked for, and how it is said where the next begins.

use clap::Args;
use serde::Serialize;

use super::answer::{Answer, Failure};
use crate::store::page::Page;
use crate::web::api::{List, NO_CURSOR, position};

/// Which part of a list. Its cursors are those of the API.
#[derive(Debug, Clone, Args)]
pub(super) struct Window {
    /// At most so many, up to 80
    #[arg(long, value_name = "NUMBER", default_value_t = Page::DEFAULT,
        value_parser = clap::value_parser!(u32).range(1..=i64::from(Page::LIMIT)))]
    limit: u32,
    /// Go on where the last answer ended: its "next"
    #[arg(long, value_name = "NEXT")]
    cursor: Option<String>,
}

impl Window {
    pub(super) fn page(&self) -> Result<Page, Failure> {
        let before = self.cursor.as_deref().map(|cursor| position(cursor).ok_or_else(no_cursor)).transpose()?;
        Ok(Page::new(before, Some(self.limit)))
    }
}

fn no_cursor() -> Failure {
    Failure::Usage(NO_CURSOR.to_owned())
}

/// A page in a table, and how to see the next one.
pub(super) fn paged<T: Serialize, const N: usize>(
    list: &List<T>,
    headings: [&str; N],
    row: impl FnMut(&T) -> [String; N],
    none: &str,
) -> Result<Answer, Failure> {
    let rows: Vec<_> = list.items.iter().map(row).collect();
    let mut answer = Answer::table(headings, &rows, none, list)?;
    if let Some(next) = &list.next {
        answer.text.push_str(&format!("There are more: --cursor {next}\n"));
    }
    Ok(answer)
}
