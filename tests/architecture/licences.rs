//! The licences of everything that is linked in, held against the list in deny.toml with cargo's own knowledge, so that
//! the check needs no other tool and no network.

use std::process::Command;

use serde_json::Value;

/// Does this SPDX expression pass? `OR` needs one side, `AND` both, `WITH` names an exception to the licence before it.
fn passes(expression: &str, allowed: &[&str]) -> bool {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut rest = words.as_slice();
    either(&mut rest, allowed) && rest.is_empty()
}

fn either(words: &mut &[&str], allowed: &[&str]) -> bool {
    let mut passes = both(words, allowed);
    while let ["OR", rest @ ..] = *words {
        *words = rest;
        passes |= both(words, allowed);
    }
    passes
}

fn both(words: &mut &[&str], allowed: &[&str]) -> bool {
    let mut passes = one(words, allowed);
    while let ["AND", rest @ ..] = *words {
        *words = rest;
        passes &= one(words, allowed);
    }
    passes
}

fn one(words: &mut &[&str], allowed: &[&str]) -> bool {
    match *words {
        ["(", rest @ ..] => {
            *words = rest;
            let passes = either(words, allowed);
            if let [")", rest @ ..] = *words {
                *words = rest;
            }
            passes
        }
        [licence, "WITH", exception, rest @ ..] => {
            *words = rest;
            allowed.contains(&format!("{licence} WITH {exception}").as_str()) || allowed.contains(licence)
        }
        [licence, rest @ ..] => {
            *words = rest;
            allowed.contains(licence)
        }
        [] => false,
    }
}

#[test]
fn every_dependency_has_a_licence_that_deny_toml_allows() {
    let deny: toml::Table = std::fs::read_to_string(super::project().join("deny.toml")).unwrap().parse().unwrap();
    let allowed: Vec<&str> =
        deny["licenses"]["allow"].as_array().unwrap().iter().filter_map(|licence| licence.as_str()).collect();
    let rustc = Command::new("rustc").arg("-vV").output().unwrap();
    let about = String::from_utf8(rustc.stdout).unwrap();
    let host = about.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version=1", "--locked", "--offline", "--filter-platform", host])
        .current_dir(super::project())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    assert!(packages.len() > 100, "cargo knows the dependencies");
    let wrong: Vec<String> = packages
        .iter()
        .filter(|package| package["name"] != "thirdspace")
        .filter(|package| !passes(package["license"].as_str().unwrap_or_default(), &allowed))
        .map(|package| format!("{} {}: {}", package["name"], package["version"], package["license"]))
        .collect();
    super::assert_none(&wrong);
}

#[test]
fn an_expression_is_read_as_spdx_means_it() {
    let allowed = ["MIT", "Apache-2.0"];
    for good in
        ["MIT", "MIT OR GPL-3.0", "GPL-3.0/MIT", "(MIT OR GPL-3.0) AND Apache-2.0", "Apache-2.0 WITH LLVM-exception"]
    {
        assert!(passes(good, &allowed), "{good}");
    }
    for bad in ["", "GPL-3.0", "MIT AND GPL-3.0", "(MIT AND GPL-3.0) OR ISC", "MIT MIT"] {
        assert!(!passes(bad, &allowed), "{bad}");
    }
}
