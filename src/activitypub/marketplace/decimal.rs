//! Exact decimal quantities.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use serde_json::Value;

/// The most digits of a quantity, and how many of them may stand behind the point.
const DIGIT_LIMIT: usize = 20;
const SCALE_LIMIT: usize = 18;

/// A decimal number such as `2.5`, exact: `mantissa` times ten to the power of minus `scale`.
///
/// Always in its shortest form, so that equal numbers are equal values. The bounds leave room to bring two numbers to
/// one scale within 128 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Decimal {
    mantissa: i128,
    scale: u8,
}

/// The text is no decimal number of at most 20 digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a quantity is a decimal number such as \"2.5\", of at most {DIGIT_LIMIT} digits")]
pub struct MalformedDecimal;

impl Decimal {
    /// Zero.
    pub const ZERO: Self = Self { mantissa: 0, scale: 0 };
    /// One.
    pub const ONE: Self = Self { mantissa: 1, scale: 0 };

    fn normal(mut mantissa: i128, mut scale: u8) -> Self {
        while scale > 0 && mantissa % 10 == 0 {
            mantissa /= 10;
            scale -= 1;
        }
        Self { mantissa, scale: if mantissa == 0 { 0 } else { scale } }
    }

    /// Reads a quantity from text or a number; peers send both.
    ///
    /// # Errors
    /// [`MalformedDecimal`].
    pub fn read(value: &Value) -> Result<Self, MalformedDecimal> {
        match value {
            Value::String(text) => text.parse(),
            // The shortest text that reads back as the same number is what its sender wrote.
            Value::Number(number) => number.to_string().parse(),
            _ => Err(MalformedDecimal),
        }
    }

    /// Is it above zero?
    #[must_use]
    pub fn is_positive(self) -> bool {
        self.mantissa > 0
    }

    /// How many times `unit` it is, when that is a whole number above zero.
    #[must_use]
    pub fn multiple_of(self, unit: Self) -> Option<u64> {
        if !self.is_positive() || !unit.is_positive() {
            return None;
        }
        let (mantissa, unit) = self.aligned(unit);
        let whole = mantissa.checked_rem(unit)? == 0;
        if whole { u64::try_from(mantissa.checked_div(unit)?).ok() } else { None }
    }

    /// Both mantissas at the greater of both scales.
    fn aligned(self, other: Self) -> (i128, i128) {
        let scale = self.scale.max(other.scale);
        let at = |number: Self| number.mantissa.saturating_mul(10_i128.saturating_pow(u32::from(scale - number.scale)));
        (at(self), at(other))
    }
}

impl From<u32> for Decimal {
    fn from(whole: u32) -> Self {
        Self { mantissa: i128::from(whole), scale: 0 }
    }
}

impl FromStr for Decimal {
    type Err = MalformedDecimal;

    fn from_str(text: &str) -> Result<Self, MalformedDecimal> {
        let (text, power) = match text.split_once(['e', 'E']) {
            Some((text, power)) => (text, power.parse::<i8>().map_err(|_| MalformedDecimal)?),
            None => (text, 0),
        };
        let (negative, text) = text.strip_prefix('-').map_or((false, text), |text| (true, text));
        let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
        if whole.is_empty() || part.is_empty() || whole.len() + part.len() > 2 * DIGIT_LIMIT {
            return Err(MalformedDecimal);
        }
        let part = part.trim_end_matches('0');
        let mut mantissa: i128 = 0;
        for digit in whole.bytes().chain(part.bytes()) {
            if !digit.is_ascii_digit() {
                return Err(MalformedDecimal);
            }
            let shifted = mantissa.checked_mul(10).ok_or(MalformedDecimal)?;
            mantissa = shifted.checked_add(i128::from(digit - b'0')).ok_or(MalformedDecimal)?;
        }
        let mut scale = i16::try_from(part.len()).map_err(|_| MalformedDecimal)? - i16::from(power);
        while scale < 0 && mantissa != 0 {
            mantissa = mantissa.checked_mul(10).ok_or(MalformedDecimal)?;
            scale += 1;
        }
        let number = Self::normal(
            if negative { -mantissa } else { mantissa },
            u8::try_from(scale.max(0)).map_err(|_| MalformedDecimal)?,
        );
        let bound = 10_u128.pow(DIGIT_LIMIT as u32);
        if number.mantissa.unsigned_abs() >= bound || usize::from(number.scale) > SCALE_LIMIT {
            return Err(MalformedDecimal);
        }
        Ok(number)
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.scale == 0 {
            return write!(f, "{}", self.mantissa);
        }
        let sign = if self.mantissa < 0 { "-" } else { "" };
        let one = 10_u128.pow(u32::from(self.scale));
        let mantissa = self.mantissa.unsigned_abs();
        write!(f, "{sign}{}.{:0width$}", mantissa / one, mantissa % one, width = usize::from(self.scale))
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        let (a, b) = self.aligned(*other);
        a.cmp(&b)
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn decimal(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn numbers_are_exact_in_every_spelling() {
        for (value, text) in [
            (json!("30"), "30"),
            (json!("0030.500"), "30.5"),
            (json!(0.1), "0.1"),
            (json!(2), "2"),
            (json!(-0.25), "-0.25"),
            (json!("-0"), "0"),
            (json!("1e3"), "1000"),
            (json!(1e-7), "0.0000001"),
            (json!("99999999999999999999"), "99999999999999999999"),
        ] {
            assert_eq!(Decimal::read(&value).unwrap().to_string(), text);
        }
        for wrong in [
            "",
            ".",
            "1.",
            ".5",
            "1,5",
            "+1",
            "1 ",
            "0x1",
            "NaN",
            "1e99",
            "100000000000000000000",
            "1e-19",
            "--1",
            "1.2.3",
            "170141183460469231731687303715884105729",
        ] {
            assert_eq!(wrong.parse::<Decimal>(), Err(MalformedDecimal), "{wrong}");
        }
    }

    #[test]
    fn amounts_are_multiples_or_not() {
        assert_eq!(decimal("2.5").multiple_of(decimal("0.5")), Some(5));
        assert_eq!(decimal("2.5").multiple_of(decimal("2.50")), Some(1));
        assert_eq!(decimal("2.5").multiple_of(decimal("2")), None);
        assert_eq!(decimal("0").multiple_of(decimal("1")), None);
        assert_eq!(decimal("1").multiple_of(decimal("0")), None);
        assert_eq!(decimal("-2").multiple_of(decimal("1")), None);
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(mantissa in -1_000_000_000_i64..1_000_000_000, scale in 0_u8..12) {
            let number = Decimal::normal(i128::from(mantissa), scale);
            prop_assert_eq!(decimal(&number.to_string()), number);
        }

        #[test]
        fn order_is_that_of_the_numbers(a in -10_000_i32..10_000, b in -10_000_i32..10_000, s in 0_u8..4, t in 0_u8..4) {
            let scaled = |n: i32, s: u8| i64::from(n) * 10_i64.pow(4 - u32::from(s));
            let (x, y) = (Decimal::normal(a.into(), s), Decimal::normal(b.into(), t));
            prop_assert_eq!(x.cmp(&y), scaled(a, s).cmp(&scaled(b, t)));
            prop_assert_eq!(x == y, scaled(a, s) == scaled(b, t));
        }

        #[test]
        fn any_text_is_read_or_refused(text in "[-+0-9.eE]{0,50}") {
            if let Ok(number) = text.parse::<Decimal>() {
                prop_assert_eq!(decimal(&number.to_string()), number);
            }
        }
    }
}
