import COpenSSL
import Foundation
import Synchronization

/// What a password's hash costs: 128 × N × r bytes, and a time that grows with all three.
package struct PasswordCost: Hashable, Sendable, Codable {
    package let n: UInt64
    package let r: UInt64
    package let p: UInt64

    package init(n: UInt64, r: UInt64, p: UInt64) {
        self.n = n
        self.r = r
        self.p = p
    }

    /// 32 MB. OWASP's Password Storage Cheat Sheet gives these as equal to N=2^17, p=1, with a quarter of the memory.
    package static let usual = PasswordCost(n: 1 << 15, r: 8, p: 3)

    /// Above what any release has used: a stored hash that somebody has changed must not take the memory.
    static let mostMemoryBytes: UInt64 = 64 << 20
}

/// A password as it is kept: scrypt (RFC 7914), with what it was computed with.
struct PasswordHash: Hashable, Sendable, Codable {
    static let saltBytes = 16
    static let hashBytes = 32

    let cost: PasswordCost
    let salt: [UInt8]
    let hash: [UInt8]
}

/// Computes and compares passwords, a few at a time: each takes much memory and time, and anybody may ask for it.
final class Passwords: Sendable {
    private let cost: PasswordCost
    private let randomness: Randomness
    /// Whoever holds one computes; who comes goes to the next in turn.
    private let seats = (0..<DirectoryLimits.passwordsAtOnce).map { _ in Seat() }
    private let next = Atomic<Int>(0)
    private let inside = Atomic<Int>(0)
    /// Of a password that nobody has: computed for who does not exist, so that the answer takes as long.
    private let nobody: PasswordHash

    private final class Seat: Sendable {
        let taken = Mutex(())
    }

    init(_ cost: PasswordCost, _ randomness: Randomness) throws(DirectoryError) {
        self.cost = cost
        self.randomness = randomness
        nobody = PasswordHash(
            cost: cost, salt: try randomness.bytes(PasswordHash.saltBytes),
            hash: try randomness.bytes(PasswordHash.hashBytes))
    }

    func hash(_ password: String) throws(DirectoryError) -> PasswordHash {
        let salt = try randomness.bytes(PasswordHash.saltBytes)
        return PasswordHash(cost: cost, salt: salt, hash: try compute(password, salt, cost))
    }

    /// Takes as long with no known hash as with one, and as long for a wrong password as for the right one. Throws
    /// `.overloaded` where too many wait already.
    func matches(_ password: String, _ known: PasswordHash?) throws(DirectoryError) -> Bool {
        let expected = known ?? nobody
        let computed = try compute(password, expected.salt, expected.cost)
        let isEqual = ConstantTime.areEqual(computed, expected.hash)
        return isEqual && known != nil
    }

    private func compute(
        _ password: String, _ salt: [UInt8], _ cost: PasswordCost
    ) throws(DirectoryError) -> [UInt8] {
        let count = inside.add(1, ordering: .relaxed).newValue
        defer { inside.subtract(1, ordering: .relaxed) }
        guard count <= DirectoryLimits.passwordsAtOnce + DirectoryLimits.passwordsWaiting else {
            throw .overloaded
        }
        let seat = seats[Int(UInt(bitPattern: next.wrappingAdd(1, ordering: .relaxed).newValue) % UInt(seats.count))]
        // One form for each text, however the keyboard composes it (RFC 8265 §4.2.2).
        let bytes = Array(password.precomposedStringWithCanonicalMapping.utf8)
        var hash = [UInt8](repeating: 0, count: PasswordHash.hashBytes)
        let done = seat.taken.withLock { _ in
            bytes.withUnsafeBytes { bytes in
                EVP_PBE_scrypt(
                    bytes.bindMemory(to: CChar.self).baseAddress, bytes.count, salt, salt.count, cost.n, cost.r, cost.p,
                    PasswordCost.mostMemoryBytes + (1 << 20), &hash, hash.count)
            }
        }
        guard done == 1 else { throw DirectoryError(.unavailable("OpenSSL computes no scrypt")) }
        return hash
    }
}

enum ConstantTime {
    /// Takes as long wherever the first difference is.
    static func areEqual(_ one: [UInt8], _ other: [UInt8]) -> Bool {
        one.count == other.count && CRYPTO_memcmp(one, other, one.count) == 0
    }
}
