/// To which numbers SMS may go, by how they begin, and what a segment costs there in units. The longest beginning decides.
package struct SMSCountries: Sendable, Hashable {
    /// More than there are countries.
    static let maxEntries = 400

    /// nil: not there. By digits without the `+`.
    private var units: [String: Int?] = [:]

    /// The countries that share +1 with the United States and Canada, and cost ten times as much: whoever means them names
    /// them. (North American Numbering Plan Administrator, list of area codes.)
    private static let islandsOfOne = [
        "1242", "1246", "1264", "1268", "1284", "1345", "1441", "1473", "1649", "1658", "1664", "1721", "1758", "1767",
        "1784", "1809", "1829", "1849", "1868", "1869", "1876",
    ]
    /// Numbers of the United Kingdom that follow a person, at a price of their own (Ofcom, National Telephone Numbering Plan,
    /// 070).
    private static let personalNumbers = "4470"

    package struct Wrong: Error, CustomStringConvertible {
        package let description: String
    }

    /// Entries by commas: `+44` allows, `-4470` takes a part away, `+49=2` says that a segment costs two units. `any` allows
    /// every country.
    package init(_ text: String) throws(Wrong) {
        let entries = text.split(separator: ",").map { $0.filter { $0 != " " } }.filter { !$0.isEmpty }
        guard !entries.isEmpty, entries.count <= Self.maxEntries else {
            throw Wrong(description: "It names no country. Write the codes of those where guests live: +44,+49")
        }
        for entry in entries {
            if entry == "any" {
                units[""] = 1
                continue
            }
            let isDenied = entry.hasPrefix("-")
            let parts = entry.drop { $0 == "+" || $0 == "-" }.split(separator: "=", omittingEmptySubsequences: false)
            let cost = parts.count == 2 ? Int(parts[1]) : 1
            guard (1...2).contains(parts.count), (1...15).contains(parts[0].utf8.count),
                parts[0].utf8.allSatisfy({ (0x30...0x39).contains($0) }), parts[0].first != "0", let cost,
                (1...1000).contains(cost), !(isDenied && parts.count == 2)
            else {
                throw Wrong(description: "'\(entry.prefix(40))' is no code of a country, such as +44, -4470 or +49=2.")
            }
            units.updateValue(isDenied ? nil : cost, forKey: String(parts[0]))
        }
        for exception in Self.islandsOfOne + [Self.personalNumbers] where units[exception] == nil {
            units.updateValue(nil, forKey: exception)
        }
    }

    /// What a segment to this number in E.164 form costs; nil when none may go there.
    func units(_ number: String) -> Int? {
        var beginning = number.dropFirst()
        while true {
            if let found = units[String(beginning)] { return found }
            guard !beginning.isEmpty else { return nil }
            beginning = beginning.dropLast()
        }
    }
}
