//! Keys for the town: making them takes long, so there are few, and several actors share each.

use std::sync::OnceLock;

use thirdspace::federation::signing;
use thirdspace::store::key::NewKeys;

const COUNT: usize = 4;

/// Real keys; neighbouring numbers have different ones.
pub fn keys(number: usize) -> NewKeys {
    static MADE: [OnceLock<NewKeys>; COUNT] = [const { OnceLock::new() }; COUNT];
    MADE[number % COUNT].get_or_init(|| signing::make_keys().unwrap()).clone()
}
