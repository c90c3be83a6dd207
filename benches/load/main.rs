//! A node under load: the program itself in a process of its own, its peers and callers in this one.
//!
//! What a path costs is compared with the sum of the parts that it cannot do without, measured in the same run
//! (`parts`). The cost is processor time of the node's process alone, because wall time on a shared machine says more about
//! the neighbours. `cargo bench --bench load` measures everything and ends with 1 when a bound is not kept;
//! `cargo bench --bench load -- inbox delivery` measures these; `-- --write` keeps the table in `benches/README.md`.

mod booking;
mod caller;
mod delivery;
mod document;
mod engine;
mod inbox;
mod parts;
mod peer;
mod process;
mod stock;
mod stored;
mod table;

use std::process::ExitCode;

use mimalloc::MiMalloc;
use table::Table;

/// As in the program itself, so that the parts have no better and no worse ground.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

const SECTIONS: [&str; 6] = ["inbox", "delivery", "document", "stored", "booking", "engine"];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    // The parts that need a process of their own are this program again.
    if let Some((role, rest)) = arguments.split_first().filter(|(first, _)| first.starts_with("part-")) {
        return parts::play(role, rest);
    }
    let write = arguments.iter().any(|argument| argument == "--write");
    let named: Vec<&str> = arguments.iter().map(String::as_str).filter(|argument| *argument != "--write").collect();
    if let Some(unknown) = named.iter().find(|name| !SECTIONS.contains(name)) {
        eprintln!("there is no section {unknown}; there are: {}", SECTIONS.join(", "));
        return ExitCode::from(2);
    }
    let wanted = |section| named.is_empty() || named.contains(&section);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let table = runtime.block_on(async {
        let mut table = Table::default();
        if wanted("inbox") {
            inbox::measure(&mut table).await;
        }
        if wanted("delivery") {
            delivery::measure(&mut table).await;
        }
        if wanted("document") {
            document::measure(&mut table).await;
        }
        if wanted("stored") {
            stored::measure(&mut table).await;
        }
        if wanted("booking") {
            booking::measure(&mut table).await;
        }
        if wanted("engine") {
            engine::measure(&mut table).await;
        }
        table
    });
    print!("{}", table.text());
    if write && named.is_empty() {
        table.keep();
    }
    match table.missed() {
        0 => ExitCode::SUCCESS,
        missed => {
            eprintln!("{missed} bounds were not kept");
            ExitCode::FAILURE
        }
    }
}
