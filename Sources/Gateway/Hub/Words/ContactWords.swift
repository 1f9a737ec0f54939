import CaseStore

/// In a file of its own: the protocol calls what it says of a contact the same.
extension Contact {
    var value: String {
        switch self {
        case .phone(let number): number.normalised
        case .email(let address): address.typed
        }
    }

    var isPhone: Bool {
        switch self {
        case .phone: true
        case .email: false
        }
    }
}
