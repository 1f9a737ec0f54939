/// What is wrong with a contact or a name that somebody typed, said to that person.
package enum ContactError: Error, Equatable, Sendable, CustomStringConvertible {
    case empty
    case noCountryCode
    case trunkZero
    case notADigit(Character)
    case digitCount(Int)
    case emailForm
    case emailTooLong
    case emailNotASCII
    case nameTooLong

    package var description: String {
        switch self {
        case .empty: "Type something here."
        case .noCountryCode: "Start with + and the country code, as in +61 4…"
        case .trunkZero: "Leave out the (0), as in +44 20… instead of +44 (0)20…"
        case .notADigit(let character): "“\(character)” does not belong into a phone number. Type digits only."
        case .digitCount(let count) where count < PhoneNumber.digits.lowerBound:
            "This phone number is too short. Type it whole, as in +61 412 345 678."
        case .digitCount: "This phone number is too long: it may have 15 digits, with the country code."
        case .emailForm: "Type an e-mail address, as in name@example.com."
        case .emailTooLong: "This e-mail address is too long: it may have 254 characters, and 64 before the @."
        case .emailNotASCII: "Type the e-mail address with plain letters, as in name@example.com."
        case .nameTooLong: "This name is too long: it may have \(NormalisedName.longestBytes) letters."
        }
    }
}
