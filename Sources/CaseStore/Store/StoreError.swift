package import CaseMachine

/// Why a call came to nothing as a whole.
package enum StoreError: Error, Hashable, Sendable, CustomStringConvertible {
    /// No room on the disk. Nothing was stored; reading goes on.
    case full(String)
    /// The store cannot be reached, or refuses, for now. Nothing was stored.
    case unavailable(String)
    /// The answer to a COMMIT never came: it may be stored or not. The same commands under the same keys find out.
    case unknown(String)
    /// Damaged, or failing: what is in memory must not be trusted any more. The process ends; a restart reads the truth.
    case fatal(String)

    package var description: String {
        switch self {
        case .full(let reason), .unavailable(let reason), .unknown(let reason), .fatal(let reason): reason
        }
    }
}

/// Why one case cannot be worked with. Others are not concerned.
package enum CaseTrouble: Error, Hashable, Sendable, CustomStringConvertible {
    case noSuchCase
    /// Retention or somebody's wish has removed it.
    case erased
    /// Written by a later release, which is under way on other nodes.
    case newerShape(UInt8)
    /// Its bytes were changed, or its key is missing; in words for the person who runs the server.
    case unreadable(String)

    package var description: String {
        switch self {
        case .noSuchCase: "there is no such case"
        case .erased: "the case has been erased"
        case .newerShape(let version): "the case was written by a later release (shape \(version))"
        case .unreadable(let reason): reason
        }
    }
}

extension CaseTrouble {
    package init(_ error: ShapeError, _ what: String) {
        switch error {
        case .unknownVersion(let version): self = .newerShape(version)
        case .damaged: self = .unreadable("\(what) is damaged")
        }
    }

    /// What is wrong with one case, apart from what is wrong with the vault as a whole.
    static func catching<Value>(
        _ body: () throws(VaultError) -> Value
    ) throws(StoreError) -> Result<Value, CaseTrouble> {
        do {
            return .success(try body())
        } catch {
            switch error {
            case .destroyed: return .failure(.erased)
            case .unavailable(let reason): throw .unavailable(reason)
            case .tampered, .unknownKey, .unknownShape, .tooLong: return .failure(.unreadable(error.description))
            }
        }
    }
}
