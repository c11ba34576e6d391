//! How the logs spell times. All are UTC.

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
/// 1970-01-01 was a Thursday.
const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];

/// The parts of a time, for people.
struct Civil {
    weekday: &'static str,
    year: i64,
    /// 1 to 12.
    month: i64,
    day: i64,
    hour: i64,
    minute: i64,
    second: i64,
}

impl Civil {
    fn of(seconds: i64) -> Civil {
        let (days, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
        let (year, month, day) = civil_from_days(days);
        Civil {
            weekday: DAYS[days.rem_euclid(7) as usize],
            year,
            month,
            day,
            hour: second / 3600,
            minute: second / 60 % 60,
            second: second % 60,
        }
    }

    fn month_name(&self) -> &'static str {
        MONTHS[(self.month - 1) as usize]
    }
}

/// As API Gateway's contexts and access logs have it: `24/Sep/2025:19:28:50 +0000`.
pub(crate) fn clf(epoch_ms: i64) -> String {
    let at = Civil::of(epoch_ms.div_euclid(1000));
    let Civil { year, day, hour, minute, second, .. } = at;
    // Every event holds it, and formatting is dear.
    let mut out = String::with_capacity(26);
    out.extend([digit(day / 10), digit(day % 10), '/']);
    out.push_str(at.month_name());
    out.push('/');
    out.push_str(&year.to_string());
    let mut two = |number: i64| out.extend([':', digit(number / 10), digit(number % 10)]);
    two(hour);
    two(minute);
    two(second);
    out.push_str(" +0000");
    out
}

/// A number below ten.
fn digit(number: i64) -> char {
    char::from(b'0' + number as u8)
}

/// As a test invocation's log has it: `Mon Sep 29 19:28:50 UTC 2025`.
pub(crate) fn test_invocation(seconds: i64) -> String {
    let at = Civil::of(seconds);
    let Civil { weekday, year, day, hour, minute, second, .. } = at;
    format!("{weekday} {} {day:02} {hour:02}:{minute:02}:{second:02} UTC {year}", at.month_name())
}

/// Reads what [`test_invocation`] writes, and what follows; seconds since 1970-01-01.
pub(crate) fn read_test_invocation(text: &str) -> Option<(i64, &str)> {
    // A year of four digits: the text is 28 bytes long.
    let (stamp, rest) = text.split_at_checked(28)?;
    let mut words = stamp.split(' ');
    let (_weekday, month, day) = (words.next()?, words.next()?, words.next()?);
    let (clock, _zone, year) = (words.next()?, words.next()?, words.next()?);
    let month = MONTHS.iter().position(|m| *m == month)? as i64 + 1;
    let mut parts = clock.split(':').map(|part| part.parse::<i64>().ok());
    let (hour, minute, second) = (parts.next()??, parts.next()??, parts.next()??);
    let days = days_from_civil(year.parse::<i64>().ok()?, month, day.parse().ok()?)?;
    let seconds = days * 86_400 + hour * 3600 + minute * 60 + second;
    // Whatever is spelled otherwise, or is no time at all, comes out differently.
    (test_invocation(seconds) == stamp).then_some((seconds, rest))
}

/// As HTTP's `Date` has it: `Mon, 29 Sep 2025 19:28:50 GMT`.
pub(crate) fn http_date(epoch_ms: i64) -> String {
    let at = Civil::of(epoch_ms.div_euclid(1000));
    let Civil { weekday, year, day, hour, minute, second, .. } = at;
    format!("{weekday}, {day:02} {} {year} {hour:02}:{minute:02}:{second:02} GMT", at.month_name())
}

/// As a signature's `X-Amz-Date` has it: `20250929T192850Z`.
pub(crate) fn amz_date(epoch_ms: i64) -> String {
    let Civil { year, month, day, hour, minute, second, .. } = Civil::of(epoch_ms.div_euclid(1000));
    format!("{year:04}{month:02}{day:02}T{hour:02}{minute:02}{second:02}Z")
}

/// As Lambda's lines have it: `2025-09-29T19:28:50.123Z`.
pub(crate) fn iso(epoch_ms: i64) -> String {
    let Civil { year, month, day, hour, minute, second, .. } = Civil::of(epoch_ms.div_euclid(1000));
    let milli = epoch_ms.rem_euclid(1000);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{milli:03}Z")
}

/// Year, month (1-12) and day (1-31) of a day counted from 1970-01-01, in the Gregorian calendar.
fn civil_from_days(days: i64) -> (i64, i64, i64) {
    // Counted from 0000-03-01, so that the leap day is the last of its year.
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

/// The day counted from 1970-01-01; `None` outside the years of four digits and where the day is none of any month.
fn days_from_civil(year: i64, month: i64, day: i64) -> Option<i64> {
    if !(0..=9999).contains(&year) || !(1..=31).contains(&day) {
        return None;
    }
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let month_from_march = (month + 9) % 12;
    let day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    Some(era * 146_097 + day_of_era - 719_468)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn times_read_like_aws_writes_them() {
        assert_eq!(clf(1_722_975_857_000), "06/Aug/2024:20:24:17 +0000");
        assert_eq!(clf(0), "01/Jan/1970:00:00:00 +0000");
        assert_eq!(clf(1_709_164_800_000), "29/Feb/2024:00:00:00 +0000");
        assert_eq!(test_invocation(1_759_174_130), "Mon Sep 29 19:28:50 UTC 2025");
        assert_eq!(http_date(1_759_174_130_999), "Mon, 29 Sep 2025 19:28:50 GMT");
        assert_eq!(amz_date(1_759_174_130_999), "20250929T192850Z");
        assert_eq!(iso(1_759_174_130_007), "2025-09-29T19:28:50.007Z");
    }

    #[test]
    fn a_test_invocations_time_is_read_back() {
        for seconds in [0, 951_782_400, 1_709_164_800, 1_759_174_130, 4_102_444_799] {
            let text = format!("{} : text", test_invocation(seconds));
            assert_eq!(read_test_invocation(&text), Some((seconds, " : text")));
        }
        for text in [
            "",
            "Mon Sep 29 19:28:50 UTC 2025",
            "Tue Sep 29 19:28:50 UTC 2025 : x",
            "Mon Feb 31 19:28:50 UTC 2025",
        ] {
            let read = read_test_invocation(text);
            assert!(read.is_none() || read.unwrap().1.is_empty(), "{text}");
        }
    }
}
