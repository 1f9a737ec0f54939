/// Why the vault does not give what it was asked for. The first four are answers about one blob and its key; callers
/// tell them apart, so that erased content can be shown as erased and damaged content as damaged.
package enum VaultError: Error, Equatable, Sendable, CustomStringConvertible {
    /// There was a key, and it has been destroyed: nobody can read this any more.
    case destroyed
    /// Changed bytes, or a blob that belongs to another row, case, guest or organisation.
    case tampered
    /// There has never been such a key in this key file.
    case unknownKey
    /// No blob of ours, or one of a later release.
    case unknownShape
    /// More than `AESGCM.longestPlaintextBytes` to seal.
    case tooLong(bytes: Int)
    /// The key file, or a secret beside it, cannot be used; in words for the person who runs the server.
    case unavailable(String)

    package var description: String {
        switch self {
        case .destroyed: "the key of this content has been destroyed"
        case .tampered: "this content has been changed, or moved here from elsewhere"
        case .unknownKey: "there is no key for this content in the key file"
        case .unknownShape: "this content was not sealed by this release or an earlier one"
        case .tooLong(let bytes): "\(bytes) bytes are more than can be sealed at once"
        case .unavailable(let reason): reason
        }
    }
}
