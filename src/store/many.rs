//! Many rows by their keys in one query: how a page is filled without a query per entry.

use super::{Error, Row, Tx, Value};

/// Numbers of placeholders that statements are made with; few of them, so that prepared ones are found again.
const SIZES: [usize; 4] = [1, 4, 20, 80];

/// Runs `sql`, which has the word `{keys}` where the keys go (`id IN ({keys})`), for all keys, 80 at a time. Other
/// parameters come before the keys, from `?1`. Rows come in no order.
pub(super) fn by_keys<T>(
    tx: &mut Tx<'_>,
    sql: &str,
    params: &[Value<'_>],
    keys: &[Value<'_>],
    mut map: impl FnMut(&Row<'_>) -> Result<T, Error>,
) -> Result<Vec<T>, Error> {
    let mut found = Vec::with_capacity(keys.len());
    for keys in keys.chunks(SIZES[SIZES.len() - 1]) {
        let Some((sql, bound)) = filled(sql, params, keys) else { break };
        found.extend(tx.query(&sql, &bound, &mut map)?);
    }
    Ok(found)
}

/// The statement with places for the keys, and what goes into all its places.
fn filled<'v>(sql: &str, params: &[Value<'v>], keys: &[Value<'v>]) -> Option<(String, Vec<Value<'v>>)> {
    let last = keys.last()?;
    let size = SIZES.into_iter().find(|size| *size >= keys.len()).unwrap_or(keys.len());
    let padding = std::iter::repeat_n(last, size - keys.len());
    let bound = params.iter().chain(keys).chain(padding).cloned().collect();
    Some((with_places(sql, params.len() + 1, size), bound))
}

/// `{keys}` spelled out as `?n, ?n+1, …`.
pub(super) fn with_places(sql: &str, first: usize, count: usize) -> String {
    let places: Vec<String> = (first..first + count).map(|place| format!("?{place}")).collect();
    sql.replace("{keys}", &places.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::Scratch;

    #[test]
    fn any_number_of_keys_finds_each_row_once() {
        let store = Scratch::new();
        for count in [0_i64, 1, 2, 5, 80, 81, 200] {
            let found = store
                .write(move |tx| {
                    tx.execute("DELETE FROM setting", &[])?;
                    for number in 0..count {
                        let row = [Value::Text(number.to_string().into())];
                        tx.execute("INSERT INTO setting (name, value) VALUES (?1, 'x')", &row)?;
                    }
                    let keys: Vec<Value<'_>> = (0..count).map(|n| Value::Text(n.to_string().into())).collect();
                    let sql = "SELECT name FROM setting WHERE value = ?1 AND name IN ({keys})";
                    by_keys(tx, sql, &[Value::Text("x".into())], &keys, |row| row.get::<String>(0))
                })
                .unwrap();
            let distinct: std::collections::HashSet<_> = found.iter().collect();
            assert_eq!((found.len(), distinct.len()), (count as usize, count as usize));
        }
    }
}
