//! Pages of lists: newest first, cut by id, so that what comes in meanwhile moves nothing.

use crate::store::Value;

/// Which part of a list is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// Only entries with a smaller id; `None` is the beginning.
    pub before: Option<i64>,
    limit: u32,
}

impl Page {
    /// The most entries of one page.
    pub const LIMIT: u32 = 80;
    /// The entries of a page when nothing is said.
    pub const DEFAULT: u32 = 20;

    /// A page of 1 to [`Page::LIMIT`] entries; a limit beyond that counts as the nearest one that passes.
    #[must_use]
    pub fn new(before: Option<i64>, limit: Option<u32>) -> Self {
        Self { before, limit: limit.unwrap_or(Self::DEFAULT).clamp(1, Self::LIMIT) }
    }

    /// The most entries to give out.
    #[must_use]
    pub fn limit(self) -> u32 {
        self.limit
    }

    /// For `id < ?`: every id is below it on the first page.
    #[must_use]
    pub fn below(self) -> Value<'static> {
        Value::Integer(self.before.unwrap_or(i64::MAX))
    }

    /// For `LIMIT ?`: one more than is given out, which tells whether another page follows.
    #[must_use]
    pub fn fetched(self) -> Value<'static> {
        Value::Integer(i64::from(self.limit) + 1)
    }
}

impl Default for Page {
    fn default() -> Self {
        Self::new(None, None)
    }
}

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slice<T> {
    /// At most as many as were asked for.
    pub items: Vec<T>,
    /// What [`Page::before`] has to be for the next page; `None` on the last.
    pub next: Option<i64>,
}

impl<T> Slice<T> {
    /// Cuts rows that were read with [`Page::fetched`] to the page; `id` is what the list is ordered by.
    pub fn cut(mut rows: Vec<T>, page: Page, id: impl Fn(&T) -> i64) -> Self {
        let more = rows.len() > page.limit as usize;
        rows.truncate(page.limit as usize);
        let next = rows.last().filter(|_| more).map(id);
        Self { items: rows, next }
    }

    /// The same page of something else.
    pub fn map<U>(self, change: impl FnMut(T) -> U) -> Slice<U> {
        Slice { items: self.items.into_iter().map(change).collect(), next: self.next }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_meet_without_gap_or_repeat_and_the_last_one_says_so() {
        let all: Vec<i64> = (1..=45).rev().collect();
        let (mut page, mut seen, mut pages) = (Page::default(), Vec::new(), 0);
        loop {
            let rows = all.iter().copied().filter(|id| page.before.is_none_or(|before| *id < before));
            let slice = Slice::cut(rows.take(page.limit() as usize + 1).collect(), page, |id| *id);
            seen.extend(slice.items);
            pages += 1;
            let Some(next) = slice.next else { break };
            page = Page::new(Some(next), None);
        }
        assert_eq!((seen, pages), (all, 3));
        assert_eq!([Page::new(None, Some(0)).limit(), Page::new(None, Some(9_999)).limit()], [1, 80]);
    }
}
