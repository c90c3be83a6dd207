//! The program: what it does is asked at the command line.

use std::process::ExitCode;

fn main() -> ExitCode {
    thirdspace::cli::run()
}
