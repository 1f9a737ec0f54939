extension Contact {
    /// As it may be shown to who has just typed it, and says little to others: `+44 •••• 123`, `m••••@example.com`.
    package var masked: String {
        switch self {
        case .phone(let number):
            let digits = number.normalised.dropFirst()
            return "+\(digits.prefix(Self.countryDigits(digits))) •••• \(digits.suffix(3))"
        case .email(let address):
            let parts = address.typed.split(separator: "@")
            return "\(parts.first?.prefix(1) ?? "")••••@\(parts.last ?? "")"
        }
    }

    /// How many digits the country code has (ITU-T E.164, list of assigned codes): one in North America and Russia, two
    /// where the second digit says so, else three.
    private static func countryDigits(_ digits: Substring) -> Int {
        let twoDigits: [Character: String] = [
            "2": "07", "3": "0123469", "4": "013456789", "5": "12345678", "6": "0123456", "8": "1246", "9": "0123458",
        ]
        guard let first = digits.first, first != "1", first != "7" else { return 1 }
        return twoDigits[first]?.contains(digits.dropFirst().first ?? "-") == true ? 2 : 3
    }
}
