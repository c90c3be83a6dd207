//! Pictures that people bring: what passes, how large it is, and without what its camera wrote into it.
//!
//! A photo taken with a phone tells where and when it was taken, and with what. None of that is kept but which side is up.

use super::refusal::Refusal;

/// The most bytes of a picture.
pub const PICTURE_LIMIT: usize = 4 * 1024 * 1024;
/// The most pixels of a side.
pub const SIDE_LIMIT: u32 = 10_000;

const EXPECTED: &str = "a PNG, JPEG or WebP picture of up to 4 MiB and 10,000 pixels a side";

/// How a picture is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// PNG.
    Png,
    /// JPEG.
    Jpeg,
    /// WebP.
    Webp,
}

impl Format {
    /// The end of a file's name, which is the word in the store, too.
    #[must_use]
    pub fn extension(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Jpeg => "jpg",
            Self::Webp => "webp",
        }
    }

    /// The media type.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Webp => "image/webp",
        }
    }
}

/// A picture whose bytes have been looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    /// How it is written.
    pub format: Format,
    /// Pixels from left to right, as it is written.
    pub width: u32,
    /// Pixels from top to bottom.
    pub height: u32,
    /// Without what its camera told.
    pub bytes: Vec<u8>,
}

impl Image {
    /// Reads a picture by its first bytes, whatever its name says, and its size from its head.
    ///
    /// # Errors
    /// [`Refusal::Malformed`].
    pub fn read(bytes: &[u8]) -> Result<Self, Refusal> {
        if bytes.len() > PICTURE_LIMIT {
            return Err(Refusal::malformed("picture", format_args!("{} bytes long", bytes.len()), EXPECTED));
        }
        let read = if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
            png(bytes)
        } else if bytes.starts_with(&[0xff, 0xd8, 0xff]) {
            jpeg(bytes)
        } else if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
            webp(bytes)
        } else {
            None
        };
        let image = read.ok_or_else(|| Refusal::malformed("picture", "something else", EXPECTED))?;
        let fits = |side: u32| (1..=SIDE_LIMIT).contains(&side);
        if !fits(image.width) || !fits(image.height) {
            let found = format!("{} by {} pixels", image.width, image.height);
            return Err(Refusal::malformed("picture", found, EXPECTED));
        }
        Ok(image)
    }
}

fn number(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?))
}

fn little(bytes: &[u8], at: usize, length: usize) -> Option<u32> {
    let part = bytes.get(at..at.checked_add(length)?)?;
    Some(part.iter().rev().fold(0, |sum, byte| sum << 8 | u32::from(*byte)))
}

/// Chunks of a length, a name, data and a sum (PNG, third edition). Those that tell of the picture and not how to paint it
/// are left out.
fn png(bytes: &[u8]) -> Option<Image> {
    const LEFT_OUT: [&[u8]; 5] = [b"eXIf", b"tEXt", b"iTXt", b"zTXt", b"tIME"];
    let (width, height) = (number(bytes, 16)?, number(bytes, 20)?);
    if bytes.get(12..16)? != b"IHDR" {
        return None;
    }
    let mut kept = bytes.get(..8)?.to_vec();
    let mut at = 8_usize;
    loop {
        let length = usize::try_from(number(bytes, at)?).ok()?;
        let name = bytes.get(at.checked_add(4)?..at.checked_add(8)?)?;
        let end = at.checked_add(12)?.checked_add(length)?;
        let chunk = bytes.get(at..end)?;
        if !LEFT_OUT.contains(&name) {
            kept.extend_from_slice(chunk);
        }
        // Whatever stands behind the end is no picture.
        if name == b"IEND" {
            return Some(Image { format: Format::Png, width, height, bytes: kept });
        }
        at = end;
    }
}

/// Segments of a mark, a length and data, and scans with coded data behind them, up to the mark of the end (ITU T.81,
/// appendix B). Behind it phones append films and further pictures, with all that these tell.
fn jpeg(bytes: &[u8]) -> Option<Image> {
    let mut kept = vec![0xff, 0xd8];
    let (mut size, mut scanned) = (None, false);
    let mut at = 2_usize;
    loop {
        let (&[0xff, mark], rest) = bytes.get(at..)?.split_first_chunk::<2>()? else { return None };
        if mark == 0xff {
            at += 1;
            continue;
        }
        if mark == 0xd9 {
            let (width, height) = size.filter(|_| scanned)?;
            kept.extend_from_slice(&[0xff, 0xd9]);
            return Some(Image { format: Format::Jpeg, width, height, bytes: kept });
        }
        let length = usize::from(u16::from_be_bytes(rest.get(..2)?.try_into().ok()?));
        let end = at.checked_add(2)?.checked_add(length)?;
        let data = bytes.get(at + 4..end)?;
        match mark {
            0xda => {
                size?;
                scanned = true;
                let behind = end.checked_add(coded(bytes.get(end..)?))?;
                kept.extend_from_slice(bytes.get(at..behind)?);
                at = behind;
                continue;
            }
            // Frames: all but the tables that have marks among them.
            0xc0..=0xcf if !matches!(mark, 0xc4 | 0xc8 | 0xcc) => {
                let side = |at| Some(u32::from(u16::from_be_bytes(data.get(at..at + 2)?.try_into().ok()?)));
                size = Some((side(3)?, side(1)?));
                kept.extend_from_slice(bytes.get(at..end)?);
            }
            0xe1 => kept.extend(orientation(data).map(upright).into_iter().flatten()),
            // How colours are meant is in 2 and 14; what stands in the others, and in comments, is about the picture.
            0xe2 if data.starts_with(b"ICC_PROFILE\0") => kept.extend_from_slice(bytes.get(at..end)?),
            0xe2..=0xed | 0xef | 0xfe => {}
            _ => kept.extend_from_slice(bytes.get(at..end)?),
        }
        at = end;
    }
}

/// How long the coded data of a scan is: up to a mark that neither stuffs nor restarts it. A file that was cut off ends there.
fn coded(bytes: &[u8]) -> usize {
    let ends = |pair: &[u8]| matches!(pair, [0xff, mark] if !matches!(mark, 0x00 | 0xd0..=0xd7 | 0xff));
    bytes.windows(2).position(ends).unwrap_or(bytes.len())
}

/// Which side is up (Exif 2.3, tag 0x0112): 2 to 8 where it is not the first row.
fn orientation(data: &[u8]) -> Option<u8> {
    let tiff = data.strip_prefix(b"Exif\0\0")?;
    let big = match tiff.get(..2)? {
        b"MM" => true,
        b"II" => false,
        _ => return None,
    };
    let read = |at: usize, length: usize| {
        let part = tiff.get(at..at.checked_add(length)?)?;
        let sum = |sum: u32, byte: &u8| sum << 8 | u32::from(*byte);
        Some(if big { part.iter().fold(0, sum) } else { part.iter().rev().fold(0, sum) })
    };
    let first = usize::try_from(read(4, 4)?).ok()?;
    let count = usize::try_from(read(first, 2)?).ok()?;
    (0..count.min(64)).find_map(|entry| {
        let at = first.checked_add(2 + entry * 12)?;
        let value = read(at.checked_add(8)?, 2).filter(|_| read(at, 2) == Some(0x0112))?;
        u8::try_from(value).ok().filter(|value| (2..=8).contains(value))
    })
}

/// A segment that says which side is up, and nothing else.
fn upright(orientation: u8) -> Vec<u8> {
    let mut segment = vec![0xff, 0xe1, 0, 34];
    segment.extend_from_slice(b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0");
    segment.extend_from_slice(&[orientation, 0, 0, 0, 0, 0, 0]);
    segment
}

/// Chunks of a name, a length and data, each of an even length (RFC 9649).
fn webp(bytes: &[u8]) -> Option<Image> {
    let declared = usize::try_from(little(bytes, 4, 4)?).ok()?.checked_add(8)?;
    let mut kept = Vec::new();
    let mut size = None;
    let mut at = 12_usize;
    while at < declared.min(bytes.len()) {
        let length = usize::try_from(little(bytes, at + 4, 4)?).ok()?;
        let end = at.checked_add(8)?.checked_add(length)?;
        let chunk = bytes.get(at..end)?;
        let data = chunk.get(8..)?;
        let mut chunk = chunk.to_vec();
        match chunk.get(..4)? {
            b"VP8X" => {
                size = Some((little(data, 4, 3)? + 1, little(data, 7, 3)? + 1));
                // It says that there is Exif (bit 3) and XMP (bit 2), which there will not be.
                *chunk.get_mut(8)? &= !0b1100;
            }
            b"VP8 " => size = size.or(Some((little(data, 6, 2)? & 0x3fff, little(data, 8, 2)? & 0x3fff))),
            b"VP8L" => {
                let bits = little(data, 1, 4)?;
                size = size.or(Some(((bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1)));
            }
            _ => {}
        }
        if !matches!(chunk.get(..4)?, b"EXIF" | b"XMP ") {
            kept.extend_from_slice(&chunk);
            kept.extend(std::iter::repeat_n(0, length % 2));
        }
        at = end + length % 2;
    }
    let (width, height) = size?;
    let length = u32::try_from(kept.len() + 4).ok()?;
    let head = [&b"RIFF"[..], &length.to_le_bytes(), b"WEBP"].concat();
    Some(Image { format: Format::Webp, width, height, bytes: [head, kept].concat() })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn chunk(name: &[u8], data: &[u8]) -> Vec<u8> {
        [&u32::try_from(data.len()).unwrap().to_be_bytes()[..], name, data, &[0; 4]].concat()
    }

    fn a_png(width: u32, height: u32) -> Vec<u8> {
        let head = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, 6, 0, 0, 0]].concat();
        let parts = [chunk(b"IHDR", &head), chunk(b"tEXt", b"GPS 52.1"), chunk(b"IDAT", b"x"), chunk(b"IEND", b"")];
        [b"\x89PNG\r\n\x1a\n".to_vec(), parts.concat(), b"behind".to_vec()].concat()
    }

    fn segment(mark: u8, data: &[u8]) -> Vec<u8> {
        [&[0xff, mark][..], &u16::try_from(data.len() + 2).unwrap().to_be_bytes(), data].concat()
    }

    fn a_jpeg(exif: &[u8]) -> Vec<u8> {
        let frame = [8, 0, 30, 0, 40, 3];
        let parts = [segment(0xe1, exif), segment(0xfe, b"secret"), segment(0xc0, &frame), segment(0xda, b"scan")];
        [vec![0xff, 0xd8], parts.concat(), b"pixels\xff\xd9".to_vec()].concat()
    }

    fn a_webp() -> Vec<u8> {
        let part = |name: &[u8], data: &[u8]| {
            let length = u32::try_from(data.len()).unwrap().to_le_bytes();
            [name, &length, data, &vec![0; data.len() % 2]].concat()
        };
        let head = [0b1100, 0, 0, 0, 39, 0, 0, 29, 0, 0];
        let parts = [part(b"VP8X", &head), part(b"EXIF", b"GPS"), part(b"VP8L", &[0x2f, 0, 0, 0, 0])].concat();
        let length = u32::try_from(parts.len() + 4).unwrap().to_le_bytes();
        [&b"RIFF"[..], &length, b"WEBP", &parts].concat()
    }

    #[test]
    fn a_picture_is_known_by_its_bytes_and_tells_nothing_of_where_it_was_taken() {
        let png = Image::read(&a_png(40, 30)).unwrap();
        assert_eq!((png.format, png.width, png.height), (Format::Png, 40, 30));
        assert!(!String::from_utf8_lossy(&png.bytes).contains("GPS") && png.bytes.ends_with(b"IEND\0\0\0\0"));
        let exif = b"Exif\0\0II\x2a\0\x08\0\0\0\x02\0\x0f\x01\x02\0\x01\0\0\0GPS!\x12\x01\x03\0\x01\0\0\0\x06\0\0\0";
        let jpeg = Image::read(&a_jpeg(exif)).unwrap();
        assert_eq!((jpeg.format, jpeg.width, jpeg.height), (Format::Jpeg, 40, 30));
        let text = String::from_utf8_lossy(&jpeg.bytes).into_owned();
        assert!(!text.contains("GPS") && !text.contains("secret") && text.contains("pixels"));
        let again = Image::read(&jpeg.bytes).unwrap();
        assert_eq!(again.bytes, jpeg.bytes, "which side is up is kept");
        // A progressive picture has segments between its scans, and a film or a second picture may stand behind it.
        let mut scans =
            [&[0xff, 0xd8][..], &segment(0xe2, b"MPF\0GPS"), &segment(0xc2, &[8, 0, 30, 0, 40, 3])].concat();
        scans.extend([segment(0xda, b"1"), b"one\xff\0\xff\xd0two".to_vec(), segment(0xe1, exif)].concat());
        scans.extend([segment(0xe2, b"ICC_PROFILE\0blue"), segment(0xda, b"2"), b"three".to_vec()].concat());
        let behind = [a_jpeg(exif), b"GPS".to_vec()].concat();
        let kept = Image::read(&[&scans[..], b"\xff\xd9", &behind].concat()).unwrap().bytes;
        let text = String::from_utf8_lossy(&kept).into_owned();
        assert!(!text.contains("GPS") && !text.contains("secret") && kept.ends_with(b"three\xff\xd9"));
        assert!(text.contains("two") && text.contains("blue"));
        assert!(Image::read(&scans).is_err(), "it was cut off");
        assert!(jpeg.bytes.windows(7).any(|part| part == [0, 6, 0, 0, 0, 0, 0]));
        let webp = Image::read(&a_webp()).unwrap();
        assert_eq!((webp.format, webp.width, webp.height), (Format::Webp, 40, 30));
        assert!(!String::from_utf8_lossy(&webp.bytes).contains("GPS"));
        assert_eq!(Image::read(&webp.bytes).unwrap(), webp);
    }

    #[test]
    fn what_is_no_picture_or_too_large_is_refused() {
        for wrong in [
            &b""[..],
            b"GIF89a",
            b"<svg onload=alert(1)>",
            b"\x89PNG\r\n\x1a\n",
            b"\xff\xd8\xff\xd9",
            b"RIFF\x04\0\0\0WEBP",
        ] {
            assert_eq!(Image::read(wrong).unwrap_err().field(), Some("picture"));
        }
        assert!(Image::read(&a_png(10_001, 1)).unwrap_err().to_string().contains("10001 by 1 pixels"));
        assert!(Image::read(&a_png(0, 1)).is_err());
        assert!(Image::read(&vec![0; PICTURE_LIMIT + 1]).unwrap_err().to_string().contains("4 MiB"));
    }

    proptest! {
        #[test]
        fn no_bytes_can_make_it_stumble(
            start in prop::sample::select(vec![a_png(4, 4), a_jpeg(b"Exif\0\0MM"), a_webp()]),
            at in 0_usize..120,
            bytes in prop::collection::vec(any::<u8>(), 0..60),
        ) {
            let at = at.min(start.len());
            let mixed = [&start[..at], &bytes, &start[at..]].concat();
            if let Ok(image) = Image::read(&mixed) {
                prop_assert!(image.bytes.len() <= mixed.len() + 36);
            }
        }
    }
}
