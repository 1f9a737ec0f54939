import CaseMachine
import Foundation

/// Who a guest says they are, checked and brought into form.
struct GuestDraft: Hashable, Codable {
    let firstName: String
    let lastName: String
    private let phone: String?
    private let email: String?
    let contact: Contact

    init(_ request: CodeRequest, _ mode: Team.ContactMode) throws(DirectoryError) {
        firstName = try Self.name(request.firstName, "firstName", missing: "Type your first name.")
        lastName = try Self.name(request.lastName, "lastName", missing: "Type your last name.")
        contact = try Self.contact(request, mode)
        switch contact {
        case .phone(let number): (phone, email) = (number.normalised, nil)
        case .email(let address): (phone, email) = (nil, address.typed)
        }
        // Letters that are nothing but marks, and names that grow too long when they are compared.
        do { _ = try NormalisedName(first: firstName, last: lastName) } catch {
            let isTooLong = error == .nameTooLong
            throw DirectoryError(isTooLong ? .tooLong : .missing, error.description, field: "lastName")
        }
    }

    /// Who was here before, as they were.
    init(_ guest: Guest) {
        (firstName, lastName, contact) = (guest.firstName, guest.lastName, guest.contact)
        switch guest.contact {
        case .phone(let number): (phone, email) = (number.normalised, nil)
        case .email(let address): (phone, email) = (nil, address.typed)
        }
    }

    private enum CodingKeys: CodingKey {
        case firstName, lastName, phone, email
    }

    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        firstName = try values.decode(String.self, forKey: .firstName)
        lastName = try values.decode(String.self, forKey: .lastName)
        phone = try values.decodeIfPresent(String.self, forKey: .phone)
        email = try values.decodeIfPresent(String.self, forKey: .email)
        if let phone {
            contact = .phone(try PhoneNumber(phone))
        } else {
            contact = .email(try EmailAddress(email ?? ""))
        }
    }

    private static func name(
        _ typed: String, _ field: String, missing: String
    ) throws(DirectoryError) -> String {
        guard typed.utf8.count <= DirectoryLimits.longestNameBytes else {
            throw DirectoryError(.tooLong, "This name is too long. Shorten it.", field: field)
        }
        let shown = typed.unicodeScalars.map { $0.properties.isWhitespace ? " " : $0 }.filter { !isInvisible($0) }
        let name = String(String.UnicodeScalarView(shown)).split(separator: " ").joined(separator: " ")
        guard name.unicodeScalars.contains(where: \.properties.isAlphabetic) else {
            throw DirectoryError(.missing, missing, field: field)
        }
        return name
    }

    /// Controls, and the marks that turn the direction of what is written after a name. Joiners stay: some scripts need
    /// them.
    private static func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "\u{200E}", "\u{200F}", "\u{202A}"..."\u{202E}", "\u{2066}"..."\u{2069}", "\u{FEFF}": true
        default: scalar.properties.generalCategory == .control
        }
    }

    private static func contact(
        _ request: CodeRequest, _ mode: Team.ContactMode
    ) throws(DirectoryError) -> Contact {
        let phone = request.phone.flatMap { $0.isEmpty ? nil : $0 }
        let email = request.email.flatMap { $0.isEmpty ? nil : $0 }
        switch (phone, email) {
        case (let phone?, nil):
            guard mode != .email else {
                throw DirectoryError(
                    .contactNotOffered, "This team answers by e-mail. Type your address.", field: "phone")
            }
            do { return .phone(try PhoneNumber(phone)) } catch {
                throw DirectoryError(.badPhone, error.description, field: "phone")
            }
        case (nil, let email?):
            guard mode != .phone else {
                throw DirectoryError(
                    .contactNotOffered, "This team answers by SMS. Type your phone number.", field: "email")
            }
            do { return .email(try EmailAddress(email)) } catch {
                throw DirectoryError(.badEmail, error.description, field: "email")
            }
        case (nil, nil):
            let field = mode == .email ? "email" : "phone"
            throw DirectoryError(.missing, "Say how we can reach you.", field: field)
        case (_?, _?):
            throw DirectoryError(
                .contactNotOffered, "Type a phone number or an e-mail address, not both.", field: "email")
        }
    }
}

extension Contact {
    /// For the audit trail, which holds no contact itself.
    var kindName: String {
        switch self {
        case .phone: "phone"
        case .email: "email"
        }
    }
}
