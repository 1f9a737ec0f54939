/// A contact that was checked and brought into its one form.
package enum Contact: Hashable, Sendable {
    case phone(PhoneNumber)
    case email(EmailAddress)
}

extension Vault {
    /// 32 bytes by which a contact is found without being stored in the clear: HMAC-SHA-256 under a key of the
    /// organisation's own (RFC 2104). There are few enough phone numbers to try them all against a plain hash; without
    /// the key that is no use, and the same contact at two organisations has nothing in common. The key is derived from
    /// the organisation's, and is destroyed with it.
    package func lookupHash(of contact: Contact, organisation: Int64) throws(VaultError) -> [UInt8] {
        // The kind first, so that no e-mail address can be mistaken for a number.
        let message: [UInt8] =
            switch contact {
            case .phone(let number): [1] + number.normalised.utf8
            case .email(let address): [2] + address.normalised.utf8
            }
        return try keyedHash(message, organisation: organisation, purpose: "foyer contact lookup 1")
    }
}
