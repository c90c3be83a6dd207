//! The only way out for letters: to a mail server (SMTP, RFC 5321), or into a folder, where whoever develops looks at them.
//!
//! Whom we write to was said by members, where we post it by the keeper alone. A mail server is spoken to over TLS, but for
//! one on this machine.

use std::fmt;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::{Duration, UNIX_EPOCH};

use jiff::Timestamp;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Attachment, Mailbox, MultiPart, SinglePart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, CertificateStore, Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::{self, AsyncSmtpTransport};
use lettre::{Address, AsyncTransport, Message, Tokio1Executor};
use url::{Host, Url};

/// How long a mail server may take for one answer, and for all of a letter.
const ANSWER: Duration = Duration::from_secs(20);
const WHOLE: Duration = Duration::from_secs(60);
/// The ports of submission (RFC 8314, section 3.3) and of submission over TLS from the first byte.
const SUBMISSION: u16 = 587;
const SUBMISSIONS: u16 = 465;

/// As whom letters are sent: an address, with or without a name in front.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sender(Mailbox);

impl FromStr for Sender {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.trim()
            .parse()
            .map(Self)
            .map_err(|_| "an address such as desk@harbor.example or Harbor <desk@harbor.example>")
    }
}

impl fmt::Display for Sender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // As a person writes it; headers are encoded elsewhere.
        match &self.0.name {
            Some(name) => write!(f, "{name} <{}>", self.0.email),
            None => self.0.email.fmt(f),
        }
    }
}

/// A mail server: `smtp://` begins in the clear and goes on over TLS, `smtps://` is TLS from the first byte.
#[derive(Clone, PartialEq, Eq)]
pub struct Server(Url);

impl FromStr for Server {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const EXPECTED: &str = "the address of a mail server, such as smtps://name:password@mail.example:465";
        let url = Url::parse(text.trim()).map_err(|_| EXPECTED)?;
        let bare = matches!(url.path(), "" | "/") && url.query().is_none() && url.fragment().is_none();
        let named = url.password().is_none() || !url.username().is_empty();
        match (url.scheme(), url.has_host() && bare && named) {
            ("smtp" | "smtps", true) => Ok(Self(url)),
            _ => Err(EXPECTED),
        }
    }
}

impl fmt::Display for Server {
    /// As it can be shown: without the password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = self.0.clone();
        let _ = shown.set_password(None);
        f.write_str(shown.as_str())
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Server({self})")
    }
}

impl Server {
    fn host(&self) -> String {
        // Not a web address, so a name is not looked at closer.
        self.0.host_str().unwrap_or_default().trim_matches(['[', ']']).to_ascii_lowercase()
    }

    fn is_here(&self) -> bool {
        let host = self.host();
        let address = match self.0.host() {
            Some(Host::Ipv4(address)) => Some(IpAddr::V4(address)),
            Some(Host::Ipv6(address)) => Some(IpAddr::V6(address)),
            _ => host.parse().ok(),
        };
        address.map_or_else(|| host == "localhost" || host.ends_with(".localhost"), |address| address.is_loopback())
    }

    fn credentials(&self) -> Option<Credentials> {
        let decoded = |text: &str| {
            let pair = format!("x={}", text.replace('+', "%2B"));
            url::form_urlencoded::parse(pair.as_bytes()).next().map(|(_, value)| value.into_owned()).unwrap_or_default()
        };
        let password = self.0.password()?;
        Some(Credentials::new(decoded(self.0.username()), decoded(password)))
    }
}

/// How letters leave.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// As whom.
    pub from: Option<Sender>,
    /// By which server.
    pub server: Option<Server>,
    /// Into which folder, in place of a server.
    pub folder: Option<PathBuf>,
    /// PEM file with authorities that are trusted besides the public ones.
    pub ca_file: Option<PathBuf>,
}

/// Something to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// A name for it, the same at each try, of letters, digits, `.` and `-`.
    pub id: String,
    /// To which address.
    pub to: String,
    /// What people call who gets it; empty where that is nobody's business.
    pub name: String,
    /// When it is written.
    pub date: Timestamp,
    /// What it is about, in a line.
    pub subject: String,
    /// What it says, as plain text.
    pub text: String,
    /// A calendar to take over (iCalendar).
    pub calendar: Option<String>,
    /// Where whoever gets it ends such letters, by a POST (RFC 8058).
    pub stop: Option<String>,
}

/// Why a letter did not leave.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// It may leave later: the server does not answer, or says so.
    #[error("{0}")]
    Later(String),
    /// The server will not take this letter.
    #[error("{0}")]
    Never(String),
}

/// A way out for letters.
#[derive(Debug)]
pub enum Mail {
    /// There is none.
    None,
    /// Each is a file.
    Folder(Sender, PathBuf),
    /// A mail server takes them.
    Smtp(Sender, Box<AsyncSmtpTransport<Tokio1Executor>>),
}

impl Mail {
    /// The way out that the settings name; reads `ca_file`.
    ///
    /// # Errors
    /// What is wrong with the settings, in words.
    pub fn new(settings: &Settings) -> Result<Self, String> {
        let Settings { from, server, folder, ca_file } = settings;
        match (from, server, folder) {
            (Some(from), _, Some(folder)) => Ok(Self::Folder(from.clone(), folder.clone())),
            (Some(from), Some(server), None) => {
                Ok(Self::Smtp(from.clone(), Box::new(transport(from, server, ca_file.as_deref())?)))
            }
            (_, None, None) => Ok(Self::None),
            (None, ..) => Err("mail_from is not set; letters need a sender".to_owned()),
        }
    }

    /// Is there a way out at all?
    #[must_use]
    pub fn is_none(&self) -> bool {
        matches!(self, Self::None)
    }

    /// Sends a letter. In a folder the same letter is the same file, however often it is sent.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn send(&self, letter: &Letter) -> Result<(), Error> {
        match self {
            Self::None => {
                Err(Error::Never("this node sends no mail: neither mail_smtp nor mail_folder is set".to_owned()))
            }
            Self::Folder(from, folder) => {
                let message = written(from, letter)?;
                let (folder, name) = (folder.clone(), format!("{}.eml", letter.id));
                let saved = tokio::task::spawn_blocking(move || save(&folder, &name, &message.formatted())).await;
                saved.map_err(std::io::Error::other).flatten().map_err(|why| Error::Later(why.to_string()))
            }
            Self::Smtp(from, transport) => {
                let message = written(from, letter)?;
                match tokio::time::timeout(WHOLE, transport.send(message)).await {
                    Ok(Ok(_)) => Ok(()),
                    Ok(Err(error)) => Err(judged(&error)),
                    Err(_) => Err(Error::Later(format!("the mail server took longer than {WHOLE:?}"))),
                }
            }
        }
    }
}

fn transport(
    from: &Sender,
    server: &Server,
    ca_file: Option<&Path>,
) -> Result<AsyncSmtpTransport<Tokio1Executor>, String> {
    let host = server.host();
    let tls = || -> Result<TlsParameters, String> {
        let mut tls = TlsParameters::builder(host.clone()).certificate_store(CertificateStore::WebpkiRoots);
        if let Some(path) = ca_file {
            let wrong = |why: &dyn fmt::Display| format!("ca_file {}: {why}", path.display());
            let pem = std::fs::read(path).map_err(|why| wrong(&why))?;
            tls = tls.add_root_certificate(Certificate::from_pem(&pem).map_err(|why| wrong(&why))?);
        }
        tls.build_rustls().map_err(|why| why.to_string())
    };
    let (tls, port) = match (server.0.scheme(), server.is_here()) {
        ("smtps", _) => (Tls::Wrapper(tls()?), SUBMISSIONS),
        (_, true) => (Tls::None, SUBMISSION),
        (_, false) => (Tls::Required(tls()?), SUBMISSION),
    };
    let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&host)
        .port(server.0.port().unwrap_or(port))
        .tls(tls)
        .timeout(Some(ANSWER))
        .hello_name(ClientId::Domain(from.0.email.domain().to_owned()));
    if let Some(credentials) = server.credentials() {
        builder = builder.credentials(credentials);
    }
    Ok(builder.build())
}

/// What a server's answer means. That it does not know us is the keeper's to mend, and no letter's fault.
fn judged(error: &smtp::Error) -> Error {
    let words = match std::error::Error::source(error) {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    };
    let code = error.status().map(u16::from);
    if error.is_permanent() && !matches!(code, Some(530 | 534 | 535 | 538)) {
        Error::Never(words)
    } else {
        Error::Later(words)
    }
}

fn written(from: &Sender, letter: &Letter) -> Result<Message, Error> {
    let never = |why: &dyn fmt::Display| Error::Never(format!("the letter cannot be written: {why}"));
    let to: Address = letter.to.parse().map_err(|why| never(&why))?;
    let mut message = Message::builder()
        .from(from.0.clone())
        .to(Mailbox::new(Some(letter.name.clone()).filter(|name| !name.is_empty()), to))
        .subject(in_one_line(&letter.subject))
        .date(UNIX_EPOCH + Duration::from_secs(u64::try_from(letter.date.as_second()).unwrap_or_default()))
        .message_id(Some(format!("<{}@{}>", letter.id, from.0.email.domain())))
        // No holiday notice answers it (RFC 3834, section 5).
        .raw_header(header("Auto-Submitted", "auto-generated"));
    if let Some(stop) = &letter.stop {
        message = message
            .raw_header(header("List-Unsubscribe", &format!("<{stop}>")))
            .raw_header(header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"));
    }
    let text = SinglePart::plain(letter.text.clone());
    let made = match &letter.calendar {
        None => message.singlepart(text),
        Some(calendar) => {
            let kind = ContentType::parse("text/calendar; charset=utf-8; method=PUBLISH").map_err(|why| never(&why))?;
            let file = Attachment::new("booking.ics".to_owned()).body(calendar.clone(), kind);
            message.multipart(MultiPart::mixed().singlepart(text).singlepart(file))
        }
    };
    made.map_err(|why| never(&why))
}

fn header(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

/// Names and titles are other people's words.
fn in_one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(200).collect()
}

/// Whole or not at all.
fn save(folder: &Path, name: &str, bytes: &[u8]) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let unfinished = folder.join(format!(".{name}"));
    std::fs::write(&unfinished, bytes)?;
    std::fs::rename(unfinished, folder.join(name))
}

#[cfg(test)]
pub(crate) mod testing {
    use std::sync::{Arc, Mutex};

    use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
    use tokio::net::TcpListener;

    /// A mail server that answers RCPT with these, one after the other, and everything else with yes.
    pub(crate) async fn server(answers: &[&'static str]) -> (u16, Arc<Mutex<Vec<String>>>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let taken = Arc::new(Mutex::new(Vec::new()));
        let (letters, answers) = (taken.clone(), answers.to_vec());
        tokio::spawn(async move {
            for answer in answers {
                let (stream, _) = listener.accept().await.unwrap();
                let (reader, mut writer) = stream.into_split();
                let mut lines = BufReader::new(reader).lines();
                writer.write_all(b"220 here\r\n").await.unwrap();
                let mut data: Option<String> = None;
                while let Ok(Some(line)) = lines.next_line().await {
                    let said = match (&mut data, line.split([' ', ':']).next().unwrap_or_default()) {
                        (Some(text), _) if line != "." => {
                            text.push_str(&line);
                            text.push('\n');
                            continue;
                        }
                        (Some(_), _) => {
                            letters.lock().unwrap().extend(data.take());
                            "250 taken"
                        }
                        (None, "EHLO") => "250-here\r\n250 8BITMIME",
                        (None, "RCPT") => answer,
                        (None, "DATA") => {
                            data = Some(String::new());
                            "354 go on"
                        }
                        (None, "QUIT") => "221 bye",
                        (None, _) => "250 ok",
                    };
                    if writer.write_all(format!("{said}\r\n").as_bytes()).await.is_err() {
                        break;
                    }
                }
            }
        });
        (port, taken)
    }
}

#[cfg(test)]
mod tests {
    use super::testing::server;
    use super::*;

    fn letter() -> Letter {
        Letter {
            id: "mail-7".into(),
            to: "ana@mail.example".into(),
            name: "Ana \"the\" Lima, é".into(),
            date: Timestamp::from_second(1_800_000_000).unwrap(),
            subject: "Confirmed: Attic\r\nBcc: eve@mail.example".into(),
            text: "Attic\n.\nat nine\n".into(),
            calendar: Some("BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n".into()),
            stop: Some("https://harbor.example/mail/stop/ms_x".into()),
        }
    }

    fn settings(server: Option<&str>, folder: Option<&Path>) -> Settings {
        Settings {
            from: Some("Harbor <desk@harbor.example>".parse().unwrap()),
            server: server.map(|server| server.parse().unwrap()),
            folder: folder.map(Path::to_owned),
            ca_file: None,
        }
    }

    #[tokio::test]
    async fn a_mail_server_gets_the_letter_and_its_answer_says_whether_it_is_tried_again() {
        let (port, taken) = server(&["250 ok", "451 greylisted, come again", "550 no such mailbox"]).await;
        let mail = Mail::new(&settings(Some(&format!("smtp://127.0.0.1:{port}")), None)).unwrap();
        mail.send(&letter()).await.unwrap();
        let got = taken.lock().unwrap().pop().unwrap();
        for part in [
            "From: Harbor <desk@harbor.example>\n",
            "Message-ID: <mail-7@harbor.example>\n",
            "Subject: Confirmed: Attic  Bcc: eve@mail.example\n",
            "Date: Fri, 15 Jan 2027 08:00:00 +0000\n",
            "Auto-Submitted: auto-generated\n",
            "List-Unsubscribe: <https://harbor.example/mail/stop/ms_x>\n",
            "List-Unsubscribe-Post: List-Unsubscribe=One-Click\n",
            "text/calendar; charset=utf-8; method=PUBLISH\n",
            "\n..\nat nine\n",
        ] {
            assert!(got.contains(part), "{part:?} in {got}");
        }
        assert!(!got.contains("\nBcc:"), "{got}");
        let later = mail.send(&letter()).await.unwrap_err();
        assert!(matches!(&later, Error::Later(why) if why.contains("greylisted")), "{later:?}");
        let never = mail.send(&letter()).await.unwrap_err();
        assert!(matches!(&never, Error::Never(why) if why.contains("no such mailbox")), "{never:?}");
        let nobody = Mail::new(&settings(Some("smtp://127.0.0.1:1"), None)).unwrap();
        assert!(matches!(nobody.send(&letter()).await, Err(Error::Later(_))));
        assert!(matches!(Mail::None.send(&letter()).await, Err(Error::Never(_))));
    }

    #[tokio::test]
    async fn in_a_folder_a_letter_is_one_file_however_often_it_is_sent() {
        let folder = tempfile::tempdir().unwrap();
        let inside = folder.path().join("letters");
        let mail = Mail::new(&settings(None, Some(&inside))).unwrap();
        mail.send(&letter()).await.unwrap();
        mail.send(&letter()).await.unwrap();
        let names: Vec<_> = std::fs::read_dir(&inside).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names, ["mail-7.eml"]);
        assert!(std::fs::read_to_string(inside.join("mail-7.eml")).unwrap().contains("To: "));
    }

    #[test]
    fn a_password_is_used_and_never_shown() {
        let server: Server = "smtps://ana%40x:p%2Fw+d@mail.example".parse().unwrap();
        assert_eq!(
            (server.to_string(), format!("{server:?}")),
            ("smtps://ana%40x@mail.example".into(), "Server(smtps://ana%40x@mail.example)".into())
        );
        assert_eq!(server.credentials(), Some(Credentials::new("ana@x".into(), "p/w+d".into())));
        assert!(!server.is_here());
        for here in ["smtp://localhost", "smtp://127.0.0.1:25", "smtp://[::1]:25"] {
            assert!(here.parse::<Server>().unwrap().is_here(), "{here}");
        }
        for wrong in [
            "",
            "mail.example",
            "https://mail.example",
            "smtp://",
            "smtp://mail.example/x",
            "smtp://:x@mail.example",
            "smtp://a?tls=none",
        ] {
            assert!(wrong.parse::<Server>().is_err(), "{wrong}");
        }
        assert!(Mail::new(&Settings { from: None, ..settings(Some("smtp://mail.example"), None) }).is_err());
        let both = settings(Some("smtp://mail.example"), Some(Path::new("x")));
        assert!(matches!(Mail::new(&both), Ok(Mail::Folder(..))), "who develops sends nothing by mistake");
        Mail::new(&settings(Some("smtp://mail.example"), None)).unwrap();
        for from in ["", "desk", "Harbor <desk>"] {
            assert!(from.parse::<Sender>().is_err(), "{from}");
        }
        assert_eq!(
            "Harbor <desk@harbor.example>".parse::<Sender>().unwrap().to_string(),
            "Harbor <desk@harbor.example>"
        );
    }
}
