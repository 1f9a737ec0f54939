/// What an identifier's value has to look like (S0.13). Without anything set, any text will do.
package struct FieldRule: Hashable, Sendable {
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        case text
        case number
        /// As in `2026-12-31`: what a page's field for a date gives.
        case date
        /// By an example: each letter stands for any letter, each digit for any digit, all else for itself.
        case pattern
    }

    package var kind: Kind
    /// The number of letters; of a number, its size.
    package var least: Int?
    package var most: Int?
    package var example: String?

    package init(kind: Kind = .text, least: Int? = nil, most: Int? = nil, example: String? = nil) {
        self.kind = kind
        self.least = least
        self.most = most
        self.example = example
    }

    /// Of a value that is not blank. Whatever stands around it is no part of it.
    package func allows(_ value: String) -> Bool {
        let value = value.trimmingBlanks
        switch kind {
        case .text: return isBetween(value.count)
        case .number:
            // 18 digits: no sum overflows.
            let digits = value.first == "-" ? value.dropFirst() : value[...]
            guard (1...18).contains(digits.utf8.count), digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
                let number = Int(value)
            else { return false }
            return isBetween(number)
        case .date: return CalendarDay.isDate(value)
        case .pattern:
            guard let example, value.count == example.count else { return false }
            return zip(value, example).allSatisfy { letter, sample in
                if sample.isASCIIDigit { return letter.isASCIIDigit }
                return sample.isLetter ? letter.isLetter : letter == sample
            }
        }
    }

    private func isBetween(_ number: Int) -> Bool {
        number >= (least ?? .min) && number <= (most ?? .max)
    }

    /// What is wrong with the rule itself; nil if it can be used.
    package var problem: String? {
        if let least, let most, least > most { return "the least must not be more than the most" }
        switch kind {
        case .text:
            let lengths = 0...Limits.lineBytes
            guard [least, most].allSatisfy({ $0.map(lengths.contains) ?? true }), most != 0 else {
                return "a length is between 1 and \(Limits.lineBytes) letters"
            }
        case .number:
            let sizes = -Self.largest...Self.largest
            guard [least, most].allSatisfy({ $0.map(sizes.contains) ?? true }) else {
                return "a number has at most 15 digits"
            }
        case .date: break
        case .pattern:
            guard let example, !example.trimmingBlanks.isEmpty, example.trimmingBlanks == example,
                example.count <= Self.longestExample
            else { return "an example has 1 to \(Self.longestExample) letters, without blanks around it" }
        }
        return nil
    }

    /// What every page can reckon with exactly (2^53 has 16 digits).
    private static let largest = 999_999_999_999_999
    /// A policy number, a reference: longer ones nobody types.
    package static let longestExample = 64
}

extension Character {
    fileprivate var isASCIIDigit: Bool { ("0"..."9").contains(self) }
}

extension String {
    fileprivate var trimmingBlanks: String {
        let start = drop(while: \.isWhitespace)
        return String(start.reversed().drop(while: \.isWhitespace).reversed())
    }
}

extension CalendarDay {
    /// Also of the years before 1970, of which people are born.
    fileprivate static func isDate(_ text: String) -> Bool {
        guard CalendarDay(text) == nil else { return true }
        // The calendar repeats itself after 400 years.
        guard let year = Int(text.prefix(4)), (1870...1969).contains(year) else { return false }
        return CalendarDay("\(year + 400)" + text.dropFirst(4)) != nil
    }
}
