/// What went wrong with a file's storage or its key, for the person who runs the house. What is wrong with a file itself is
/// a `FileRefusal`.
package enum FilesError: Error, Hashable, Sendable, CustomStringConvertible {
    /// No room is left: the disk, its quota, or the bucket's.
    case full
    /// There is no file of this name.
    case missing
    /// It is not what was stored: shortened, lengthened or changed, or sealed by another key.
    case tampered
    /// Storage, cipher or scanner cannot be used; the reason is for the log, and holds nothing of the file.
    case unavailable(String)

    package var description: String {
        switch self {
        case .full: "no room is left where files are stored"
        case .missing: "the file is not where it was stored"
        case .tampered: "the file is not what was stored"
        case .unavailable(let reason): reason
        }
    }
}
