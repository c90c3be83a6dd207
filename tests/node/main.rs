//! Whole nodes: real servers on real ports of this machine, and everything that is said to them.

mod hostile;
