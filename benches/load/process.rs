//! Processes that are measured from outside, as Linux counts them.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// A process that answers at an address, ended when this is dropped.
pub struct Process {
    child: Child,
    /// Where it answers.
    pub address: SocketAddr,
    _stdin: Option<ChildStdin>,
}

impl Process {
    /// Starts a program that says its address in the first line it prints.
    pub fn start(command: &mut Command, address: impl Fn(&str) -> Option<SocketAddr>) -> Self {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|why| panic!("{command:?} starts: {why}"));
        let stdin = child.stdin.take();
        let mut line = String::new();
        let mut lines = BufReader::new(child.stdout.take().expect("a pipe"));
        lines.read_line(&mut line).expect("a first line");
        // Whatever it says later is not read, and must not block it.
        std::thread::spawn(move || std::io::copy(&mut lines, &mut std::io::sink()));
        let address = address(&line).unwrap_or_else(|| panic!("{command:?} said {line:?} instead of an address"));
        Self { child, address, _stdin: stdin }
    }

    /// The processor time that it has used so far, all threads together.
    pub fn cpu(&self) -> Duration {
        cpu_of(&self.child.id().to_string())
    }

    /// Waits until it does nothing: after its start it makes keys to lay aside, which is nobody's request.
    pub async fn rests(&self) {
        let (began, mut before) = (Instant::now(), self.cpu());
        loop {
            tokio::time::sleep(Duration::from_millis(300)).await;
            let now = self.cpu();
            if now == before {
                return;
            }
            assert!(began.elapsed() < Duration::from_secs(120), "it does not come to rest");
            before = now;
        }
    }

    /// Its resident memory in bytes.
    pub fn resident(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).expect("its status");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("VmRSS");
        line.trim().trim_end_matches(" kB").parse::<u64>().expect("a number") * 1024
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The processor time of a process by its number, or of `self`.
pub fn cpu_of(process: &str) -> Duration {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).expect("Linux's account of the process");
    // The name stands in brackets and may hold spaces.
    let fields: Vec<&str> = stat.rsplit_once(") ").expect("a name in brackets").1.split(' ').collect();
    let ticks: u64 = [fields[11], fields[12]].iter().map(|ticks| ticks.parse::<u64>().expect("a number")).sum();
    // USER_HZ is 100 wherever Linux runs.
    Duration::from_millis(ticks * 10)
}

/// The processor time of this thread alone.
pub fn thread_cpu() -> Duration {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").expect("Linux's account of the thread");
    Duration::from_nanos(stat.split(' ').next().and_then(|nanos| nanos.parse().ok()).expect("a number"))
}

/// A node's folder and what it takes to start it.
pub struct Home {
    /// Where it keeps everything.
    pub folder: TempDir,
    /// Its address on the web.
    pub origin: &'static str,
    settings: Vec<(&'static str, String)>,
}

impl Home {
    /// An empty folder; `peers` is where every name under `.test` leads.
    pub fn new(peers: Option<SocketAddr>) -> Self {
        let mut settings = vec![
            ("allow_http", "true".to_owned()),
            ("allow_private_addresses", "127.0.0.0/8".to_owned()),
            ("listen", "127.0.0.1:0".to_owned()),
            ("log", "error".to_owned()),
        ];
        if let Some(peers) = peers {
            settings.push(("resolve", format!("*.test={peers}")));
        }
        Self { folder: tempfile::tempdir().expect("a folder"), origin: "http://harbor.test", settings }
    }

    /// Another setting.
    pub fn set(&mut self, key: &'static str, value: String) {
        self.settings.push((key, value));
    }

    /// The settings, for the library.
    pub fn config(&self) -> thirdspace::config::Config {
        let data_dir = self.data_dir();
        let named = [("origin", self.origin), ("data_dir", data_dir.as_str())];
        let more = self.settings.iter().map(|(key, value)| (*key, value.as_str()));
        thirdspace::config::Config::of(named.into_iter().chain(more)).expect("the settings fit")
    }

    fn data_dir(&self) -> String {
        self.folder.path().to_str().expect("a plain path").to_owned()
    }

    /// The database.
    pub fn database(&self) -> std::path::PathBuf {
        match self.config().store_place() {
            thirdspace::store::Place::File(path) => path,
            thirdspace::store::Place::Server(address) => panic!("{address} is no file"),
        }
    }

    /// Starts the program here, and tells how long it took until it said where it answers.
    pub fn start(&self) -> Process {
        let mut command = Command::new(env!("CARGO_BIN_EXE_thirdspace"));
        command.current_dir(self.folder.path()).env_clear();
        command.args(["serve", "--json", "--origin", self.origin, "--data-dir", &self.data_dir()]);
        for (key, value) in &self.settings {
            command.args(["--set", &format!("{key}={value}")]);
        }
        Process::start(&mut command, |line| {
            let said: serde_json::Value = serde_json::from_str(line).ok()?;
            said["listen"].as_str()?.parse().ok()
        })
    }
}

/// This program again, in another role.
pub fn part(role: &str, arguments: &[String]) -> Process {
    let mut command = Command::new(std::env::current_exe().expect("this program"));
    command.arg(role).args(arguments);
    Process::start(&mut command, |line| line.trim().parse().ok())
}

/// Waits until something is so.
pub async fn until(what: &str, limit: Duration, mut so: impl FnMut() -> bool) {
    let began = Instant::now();
    while !so() {
        assert!(began.elapsed() < limit, "{what}: not within {limit:?}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// How many rows a query counts in a node's database, read from beside it.
pub fn count(database: &Path, sql: &str) -> u64 {
    let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY;
    let connection = rusqlite::Connection::open_with_flags(database, flags).expect("the database opens");
    connection.busy_timeout(Duration::from_secs(10)).expect("a timeout");
    let counted: i64 = connection.query_row(sql, [], |row| row.get(0)).expect("a count");
    u64::try_from(counted).expect("no less than nothing")
}
