//! What a command says at the end, to a person or to a program, and the number it ends with.

use std::process::ExitCode;

use serde::Serialize;
use serde_json::{Value, json};

use crate::coworking::Refusal;
use crate::web::api::view::{Clash, Unbookable};
use crate::{config, operations, store};

/// The same answer in words and as JSON.
#[derive(Debug)]
pub struct Answer {
    /// For people; with a line end at the end, or empty.
    pub text: String,
    /// For programs, with `--json`.
    pub json: Value,
    /// The number to end with: 0, unless what was asked was done and its outcome is bad.
    pub code: u8,
}

impl Answer {
    /// One sentence, and the facts that it tells.
    pub fn new(text: impl Into<String>, facts: impl Serialize) -> Result<Self, Failure> {
        let mut text = text.into();
        if !text.is_empty() && !text.ends_with('\n') {
            text.push('\n');
        }
        Ok(Self { text, json: serde_json::to_value(facts).map_err(|why| Failure::Broken(why.into()))?, code: 0 })
    }

    /// All was said on the way.
    pub fn nothing() -> Result<Self, Failure> {
        Ok(Self { text: String::new(), json: Value::Null, code: 0 })
    }

    /// The same, ending with this number.
    pub fn ending_with(self, code: u8) -> Self {
        Self { code, ..self }
    }

    /// Rows under headings; `none` is said when there are none.
    pub fn table<const N: usize>(
        headings: [&str; N],
        rows: &[[String; N]],
        none: &str,
        facts: impl Serialize,
    ) -> Result<Self, Failure> {
        if rows.is_empty() {
            return Self::new(none, facts);
        }
        let mut widths = headings.map(|heading| heading.chars().count());
        for row in rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(cell.chars().count());
            }
        }
        let line = |cells: [&str; N]| {
            let cells = cells.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}"));
            format!("{}\n", cells.collect::<Vec<_>>().join("  ").trim_end())
        };
        let lines = rows.iter().map(|row| line(row.each_ref().map(String::as_str)));
        Self::new(std::iter::once(line(headings)).chain(lines).collect::<String>(), facts)
    }
}

/// Why a command did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The rules say no.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The command line or the configuration cannot be meant so.
    #[error("{0}")]
    Usage(String),
    /// Something is broken.
    #[error("{0:#}")]
    Broken(#[from] anyhow::Error),
}

impl From<operations::Error> for Failure {
    fn from(error: operations::Error) -> Self {
        match error {
            operations::Error::Refused(refusal) => Self::Refused(refusal),
            operations::Error::Broken(error) => Self::Broken(error),
        }
    }
}

impl From<store::Error> for Failure {
    fn from(error: store::Error) -> Self {
        Self::Broken(error.into())
    }
}

impl From<config::Error> for Failure {
    fn from(error: config::Error) -> Self {
        Self::Usage(error.to_string())
    }
}

impl Failure {
    /// 1 refused, 2 usage, 3 broken.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Refused(_) => 1,
            Self::Usage(_) => 2,
            Self::Broken(_) => 3,
        }
    }

    /// As problem details (RFC 9457), with the code that the API has for the same refusal.
    fn problem(&self) -> Value {
        let (code, field) = match self {
            Self::Refused(refusal) => (refusal.code(), refusal.field()),
            Self::Usage(_) => ("usage", None),
            Self::Broken(_) => ("broken", None),
        };
        let mut problem = json!({ "type": format!("/problems/{code}"), "title": code, "detail": self.to_string() });
        let Value::Object(members) = &mut problem else { return problem };
        if let Some(field) = field {
            members.insert("field".to_owned(), Value::from(field));
        }
        if let Self::Refused(refusal) = self
            && let Some(no) = refusal.unbookable()
            && let Ok(Value::Object(more)) = serde_json::to_value(Unbookable::from(no))
        {
            members.extend(more);
        }
        if let Self::Refused(refusal) = self
            && let Some(clashes) = refusal.clashes()
        {
            members.insert("clashes".to_owned(), json!(clashes.all.iter().map(Clash::from).collect::<Vec<_>>()));
        }
        problem
    }
}

/// Says it and gives the number to end with.
pub fn say(outcome: Result<Answer, Failure>, as_json: bool) -> ExitCode {
    match outcome {
        Ok(answer) if as_json => {
            if !answer.json.is_null() {
                print(&format!("{:#}\n", answer.json));
            }
            ExitCode::from(answer.code)
        }
        Ok(answer) => {
            print(&harmless(&answer.text));
            ExitCode::from(answer.code)
        }
        Err(failure) => {
            eprintln!("thirdspace: {}", harmless(&failure.to_string()));
            if as_json {
                print(&format!("{:#}\n", failure.problem()));
            }
            ExitCode::from(failure.exit_code())
        }
    }
}

/// A text without what a terminal obeys: names and posts come from strangers.
fn harmless(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && c != '\n' { char::REPLACEMENT_CHARACTER } else { c }).collect()
}

/// Tells a program that the command line cannot be meant so; a person has been told already.
pub fn say_usage(words: &str) {
    let words = words.trim().trim_start_matches("error: ").to_owned();
    print(&format!("{:#}\n", Failure::Usage(words).problem()));
}

/// Writes to standard output at once. A reader that has gone away (`thirdspace … | head -1`) is no error.
pub fn print(text: &str) {
    use std::io::Write;
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_as_wide_as_its_words() {
        let rows = [["ana".to_owned(), "admin".to_owned()], ["östen".to_owned(), "host".to_owned()]];
        let answer = Answer::table(["NAME", "ROLE"], &rows, "nobody", json!([])).unwrap();
        assert_eq!(answer.text, "NAME   ROLE\nana    admin\nösten  host\n");
        assert_eq!(Answer::table(["NAME"], &[], "nobody is here", json!([])).unwrap().text, "nobody is here\n");
    }

    #[test]
    fn what_strangers_wrote_cannot_command_a_terminal() {
        assert_eq!(harmless("Ana\u{1b}[2J \u{9b}31m\nÖsten\r"), "Ana\u{fffd}[2J \u{fffd}31m\nÖsten\u{fffd}");
    }

    #[test]
    fn a_failure_has_words_a_code_and_a_number() {
        let refused = Failure::from(Refusal::Taken { field: "username", value: "ana".to_owned() });
        assert_eq!(refused.exit_code(), 1);
        let problem = refused.problem();
        assert_eq!(problem["type"], "/problems/taken");
        assert_eq!(problem["field"], "username");
        assert_eq!(problem["detail"], "username \"ana\" is taken; choose another");
        assert_eq!(Failure::Usage("no".to_owned()).exit_code(), 2);
        assert_eq!(Failure::Broken(anyhow::anyhow!("disk full")).exit_code(), 3);
    }
}
