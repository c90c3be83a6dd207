//! The figures, as a table that people and Markdown read.

use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

/// One line.
struct Figure {
    what: String,
    value: String,
    bound: String,
    kept: Option<bool>,
}

/// All that was measured.
#[derive(Default)]
pub struct Table(Vec<Figure>);

impl Table {
    /// A figure without a bound, printed at once.
    pub fn note(&mut self, what: impl Into<String>, value: impl Into<String>) {
        self.add(what.into(), value.into(), String::new(), None);
    }

    /// A figure that has to be at most `bound`.
    pub fn at_most(&mut self, what: &str, value: f64, bound: f64, unit: &str) {
        let digits = if unit.is_empty() { 2 } else { 1 };
        let shown = format!("{value:.digits$}{unit}");
        self.add(what.into(), shown, format!("at most {bound}{unit}"), Some(value <= bound));
    }

    /// A figure that has to be at least `bound`.
    pub fn at_least(&mut self, what: &str, value: f64, bound: f64) {
        self.add(what.into(), format!("{value:.2}"), format!("at least {bound}"), Some(value >= bound));
    }

    fn add(&mut self, what: String, value: String, bound: String, kept: Option<bool>) {
        let mark = match kept {
            Some(true) => "kept",
            Some(false) => "MISSED",
            None => "",
        };
        eprintln!("  {what}: {value} {bound} {mark}");
        self.0.push(Figure { what, value, bound, kept });
    }

    /// How many bounds were not kept.
    pub fn missed(&self) -> usize {
        self.0.iter().filter(|figure| figure.kept == Some(false)).count()
    }

    /// As Markdown.
    pub fn text(&self) -> String {
        let width = |of: fn(&Figure) -> &str, least: usize| {
            self.0.iter().map(|figure| of(figure).chars().count()).max().unwrap_or(0).max(least)
        };
        let (what, value, bound) = (width(|f| &f.what, 6), width(|f| &f.value, 8), width(|f| &f.bound, 5));
        let mut text = String::new();
        let _ = writeln!(text, "| {:what$} | {:>value$} | {:bound$} |        |", "figure", "measured", "bound");
        let _ = writeln!(text, "| {:-<what$} | {:->value$} | {:-<bound$} | ------ |", "", ":", "");
        for figure in &self.0 {
            let mark = match figure.kept {
                Some(true) => "kept",
                Some(false) => "MISSED",
                None => "",
            };
            let _ = writeln!(
                text,
                "| {:what$} | {:>value$} | {:bound$} | {mark:6} |",
                figure.what, figure.value, figure.bound
            );
        }
        text
    }

    /// Puts the table in its place in `benches/README.md`.
    pub fn keep(&self) {
        const BEGIN: &str = "<!-- figures -->\n";
        const END: &str = "<!-- end of figures -->\n";
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/README.md");
        let old = std::fs::read_to_string(&path).expect("benches/README.md is there");
        let (head, rest) = old.split_once(BEGIN).expect("benches/README.md marks where the figures begin");
        let (_, tail) = rest.split_once(END).expect("benches/README.md marks where the figures end");
        std::fs::write(path, format!("{head}{BEGIN}{}{END}{tail}", self.text())).expect("benches/README.md is written");
    }
}

/// Microseconds, for reading.
pub fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

/// The value below which `part` of all lie. Sorts them.
pub fn quantile(values: &mut [Duration], part: f64) -> Duration {
    values.sort_unstable();
    #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let at = ((values.len().max(1) - 1) as f64 * part).round() as usize;
    values.get(at).copied().unwrap_or_default()
}

/// The middle of some ratios.
pub fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
