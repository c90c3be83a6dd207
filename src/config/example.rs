//! The list of settings, written out: as an example to start from, and as what a node really uses.

use super::{Config, GROUPS, Given};

/// A file with every setting, commented out at its default, each with its explanation.
#[must_use]
pub fn example() -> String {
    let mut text = String::from(
        "# Settings of a Thirdspace node. Every line is commented out and shows the default; delete the `#` in front\n\
         # of what you change. The environment (THIRDSPACE_ and the key in capitals, such as THIRDSPACE_ORIGIN) wins\n\
         # over this file, and the command line (`--set key=value`) over both.\n",
    );
    let config = Given::default().complete();
    for group in GROUPS {
        text.push('\n');
        for line in wrapped(&format!("== {} ==", group.title)) {
            text.push_str(&line);
        }
        for entry in group.entries {
            text.push('\n');
            for line in wrapped(&entry.doc.concat()) {
                text.push_str(&line);
            }
            let value = entry
                .shown
                .first()
                .map(|shown| (*shown).to_owned())
                .or_else(|| config.value(entry.key).map(|value| value.to_string()));
            text.push_str(&format!("#{} = {}\n", entry.key, value.unwrap_or_default()));
        }
    }
    text
}

/// Every setting as this node uses it, as a file that would say the same but for the password of a database.
#[must_use]
pub fn show(config: &Config) -> String {
    let entries = GROUPS.iter().flat_map(|group| group.entries);
    let lines = entries.filter_map(|entry| Some(format!("{} = {}\n", entry.key, config.value(entry.key)?)));
    lines.collect()
}

/// Comment lines of at most 120 columns.
fn wrapped(text: &str) -> Vec<String> {
    let mut lines = vec![String::from("#")];
    for word in text.split_whitespace() {
        if let Some(line) = lines.last_mut() {
            if line.chars().count() + 1 + word.chars().count() > 120 {
                lines.push(format!("# {word}"));
            } else {
                line.push(' ');
                line.push_str(word);
            }
        }
    }
    lines.iter().map(|line| format!("{line}\n")).collect()
}

#[cfg(test)]
mod tests {
    use super::super::Sources;
    use super::*;

    #[test]
    fn the_example_file_is_what_the_code_says() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/schemas/config.example.toml");
        if std::env::var_os("UPDATE_SCHEMAS").is_some() {
            std::fs::write(path, example()).unwrap();
        }
        let kept = std::fs::read_to_string(path).unwrap_or_default();
        assert_eq!(kept, example(), "run with UPDATE_SCHEMAS=1 to write schemas/config.example.toml anew");
    }

    #[test]
    fn every_line_of_the_example_would_pass_and_says_the_default() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("thirdspace.toml");
        let lines = example().lines().filter_map(|line| line.strip_prefix('#')).map(str::to_owned).collect::<Vec<_>>();
        let settings: Vec<_> = lines.iter().filter(|line| !line.starts_with(' ')).map(|line| line.as_str()).collect();
        std::fs::write(&path, settings.join("\n")).unwrap();
        let (config, _) = Config::load(&Sources { file: Some(path.clone()), ..Sources::default() }).unwrap();
        assert_eq!(settings.len(), GROUPS.iter().map(|group| group.entries.len()).sum::<usize>());
        let shown = show(&config);
        std::fs::write(&path, &shown).unwrap();
        let (again, _) = Config::load(&Sources { file: Some(path), ..Sources::default() }).unwrap();
        assert_eq!(show(&again), shown);
        assert!(
            shown.contains("inbox_retention = \"30d\"\n") && shown.contains("origin = \"http://localhost:8080\"\n")
        );
    }
}
