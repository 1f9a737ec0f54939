/// A moment as HTTP writes it: whole seconds since 1970-01-01 00:00:00 UTC (RFC 9110 §5.6.7).
package struct HTTPDate: Sendable, Hashable, Comparable {
    package let secondsSinceEpoch: Int

    /// Moments outside the years 1…9999, which the format cannot write, become its first or last one.
    package init(secondsSinceEpoch: Int) {
        self.secondsSinceEpoch = min(max(secondsSinceEpoch, -62_135_596_800), 253_402_300_799)
    }

    package static func < (one: HTTPDate, other: HTTPDate) -> Bool {
        one.secondsSinceEpoch < other.secondsSinceEpoch
    }

    private static let dayNames: StaticString = "SunMonTueWedThuFriSat"
    private static let monthNames: StaticString = "JanFebMarAprMayJunJulAugSepOctNovDec"

    /// The IMF-fixdate form, `Sun, 06 Nov 1994 08:49:37 GMT`.
    package var text: String {
        var buffer = ByteBuffer(capacity: 32)
        write(into: &buffer)
        return String(decoding: buffer.bytes, as: UTF8.self)
    }

    /// Appends the IMF-fixdate form.
    package func write(into buffer: inout ByteBuffer) {
        let day = Self.floorDivide(secondsSinceEpoch, 86_400)
        let second = secondsSinceEpoch - day * 86_400
        let civil = CivilDay(daysSinceEpoch: day)
        buffer.append(Self.name(in: Self.dayNames, at: (day + 4 + 7 * 200_000) % 7))
        buffer.append(", ")
        Self.write(civil.day, digits: 2, into: &buffer)
        buffer.append(ASCII.space)
        buffer.append(Self.name(in: Self.monthNames, at: civil.month - 1))
        buffer.append(ASCII.space)
        Self.write(civil.year, digits: 4, into: &buffer)
        buffer.append(ASCII.space)
        Self.write(second / 3600, digits: 2, into: &buffer)
        buffer.append(ASCII.colon)
        Self.write(second / 60 % 60, digits: 2, into: &buffer)
        buffer.append(ASCII.colon)
        Self.write(second % 60, digits: 2, into: &buffer)
        buffer.append(" GMT")
    }

    private static func name(in names: StaticString, at index: Int) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: names.utf8Start + index * 3, count: 3)
    }

    private static func write(_ number: Int, digits: Int, into buffer: inout ByteBuffer) {
        var divisor = digits == 4 ? 1000 : 10
        while divisor > 0 {
            buffer.append(UInt8(truncatingIfNeeded: 0x30 + number / divisor % 10))
            divisor /= 10
        }
    }

    private static func floorDivide(_ number: Int, _ divisor: Int) -> Int {
        number >= 0 ? number / divisor : (number + 1) / divisor - 1
    }
}

/// A day of the Gregorian calendar. The year is taken to begin in March, so that the leap day is its last, and the
/// calendar repeats every 400 years of 146,097 days.
struct CivilDay: Equatable {
    let year: Int
    let month: Int
    let day: Int

    init(year: Int, month: Int, day: Int) {
        self.year = year
        self.month = month
        self.day = day
    }

    /// `daysSinceEpoch` lies in the years 1…9999.
    init(daysSinceEpoch: Int) {
        let days = daysSinceEpoch + 719_468  // since 0000-03-01
        let era = days / 146_097
        let dayOfEra = days % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    /// For years 1…9999.
    var daysSinceEpoch: Int {
        let marchYear = month <= 2 ? year - 1 : year
        let era = marchYear / 400
        let yearOfEra = marchYear % 400
        let monthFromMarch = month > 2 ? month - 3 : month + 9
        let dayOfYear = (153 * monthFromMarch + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    var exists: Bool {
        guard 1...9999 ~= year, 1...12 ~= month, 1...31 ~= day else { return false }
        return CivilDay(daysSinceEpoch: daysSinceEpoch) == self
    }
}
