import TestSupport
import Testing

@testable import CaseStore

@Suite struct SealerTests {
    private let house: VaultHouse
    private let vault: Vault
    private let sealer: Sealer
    private let place = SealedPlace(.case(1, of: 1), column: 3, row: 7)
    private let text = Array("I have chest pain since Tuesday.".utf8)

    init() throws {
        house = try VaultHouse()
        vault = try house.founded()
        sealer = try Sealer(vault)
    }

    @Test(arguments: [0, 1, 15, 16, 17, 255, 4096, 70_000])
    func `what was sealed opens, at every length`(count: Int) throws {
        var random = SeededRandom(seed: UInt64(count))
        let plaintext = random.bytes(count)
        let blob = try sealer.seal(plaintext, at: place)
        #expect(blob.count == count + AESGCM.overheadBytes)
        #expect(try sealer.open(blob, at: place) == plaintext)
    }

    // covers: S0.24, S1.17
    @Test func `no part of the text is in the blob`() throws {
        let blob = try sealer.seal(text, at: place)
        for start in 0...(text.count - 4) {
            #expect(blob.firstRange(of: text[start..<start + 4]) == nil)
        }
    }

    @Test func `the same text sealed twice has nothing in common but the header`() throws {
        let one = try sealer.seal(text, at: place)
        let other = try sealer.seal(text, at: place)
        #expect(one[..<9] == other[..<9])
        #expect(zip(one[9...], other[9...]).filter(==).count < 12)
    }

    @Test func `nonces do not repeat, across the generator's portions and across sealers`() throws {
        let second = try Sealer(vault)
        var nonces: Set<ArraySlice<UInt8>> = []
        for _ in 0..<300 {
            nonces.insert(try sealer.seal([], at: place)[9..<21])
            nonces.insert(try second.seal([], at: place)[9..<21])
        }
        #expect(nonces.count == 600)
    }

    // covers: B9
    @Test func `a flipped bit anywhere is found`() throws {
        let blob = try sealer.seal(text, at: place)
        for index in blob.indices {
            var changed = blob
            changed[index] ^= 0x80
            let expected: VaultError =
                switch index {
                case 0: .unknownShape
                case 1...8: .unknownKey
                default: .tampered
                }
            #expect(vaultError { _ = try sealer.open(changed, at: place) } == expected, "byte \(index)")
        }
    }

    @Test func `a shortened or lengthened blob is found`() throws {
        let blob = try sealer.seal(text, at: place)
        for count in 0..<blob.count {
            let error = vaultError { _ = try sealer.open(Array(blob[..<count]), at: place) }
            #expect(error == (count < AESGCM.overheadBytes ? .unknownShape : .tampered), "\(count) bytes")
        }
        #expect(vaultError { _ = try sealer.open(blob + [0], at: place) } == .tampered)
    }

    // covers: B9
    @Test(arguments: [
        ("another row", SealedPlace(.case(1, of: 1), column: 3, row: 8)),
        ("another column", SealedPlace(.case(1, of: 1), column: 4, row: 7)),
        ("another case", SealedPlace(.case(2, of: 1), column: 3, row: 7)),
        ("the guest of the same number", SealedPlace(.guest(1, of: 1), column: 3, row: 7)),
        ("the organisation", SealedPlace(.organisation(1), column: 3, row: 7)),
        ("another organisation's case", SealedPlace(.case(1, of: 2), column: 3, row: 7)),
    ])
    func `a blob does not open elsewhere`(name: String, elsewhere: SealedPlace) throws {
        let blob = try sealer.seal(text, at: place)
        #expect(vaultError { _ = try sealer.open(blob, at: elsewhere) } == .tampered)
        #expect(try sealer.open(blob, at: place) == text)
    }

    @Test func `an owner without a key can neither seal nor open`() throws {
        let blob = try sealer.seal(text, at: place)
        for owner in [KeyOwner.case(9, of: 1), .case(1, of: 9), .organisation(9), .guest(2, of: 1)] {
            let nowhere = SealedPlace(owner, column: 3, row: 7)
            #expect(vaultError { _ = try sealer.seal(text, at: nowhere) } == .unknownKey)
            #expect(vaultError { _ = try sealer.open(blob, at: nowhere) } == .unknownKey)
        }
    }

    @Test func `more than can be sealed at once is refused`() {
        let long = [UInt8](repeating: 0, count: AESGCM.longestPlaintextBytes + 1)
        #expect(vaultError { _ = try sealer.seal(long, at: place) } == .tooLong(bytes: long.count))
    }

    @Test func `a wrapped key does not open as content`() throws {
        let key = VaultKey(id: 77, secret: try SecretBytes.random())
        let wrapping = try vault.key(of: .organisation(1))
        let slot = try AESGCM().wrap(key, of: .organisation(1), by: wrapping)
        let place = SealedPlace(.organisation(1), column: 0, row: 77)
        #expect(vaultError { _ = try sealer.open(slot, at: place) } == .tampered)
    }

    @Test func `sealers of several threads share a small cache of keys`() async throws {
        let small = try VaultHouse()
        let vault = try small.open(cachedKeys: 3)
        let cases = Array(Int64(1)...20)
        try vault.createKeys(for: [.organisation(1)] + cases.map { .case($0, of: 1) })
        try await withThrowingTaskGroup(of: Int.self) { group in
            for worker in 0..<4 {
                group.addTask {
                    let sealer = try Sealer(vault)
                    var random = SeededRandom(seed: UInt64(worker))
                    var opened = 0
                    for row in Int64(0)..<300 {
                        let place = SealedPlace(.case(Int64(random.int(1...20)), of: 1), column: 1, row: row)
                        let text = random.bytes(40)
                        if try sealer.open(try sealer.seal(text, at: place), at: place) == text { opened += 1 }
                    }
                    return opened
                }
            }
            for try await opened in group { #expect(opened == 300) }
        }
        #expect(vault.cachedKeyCount <= 3)
    }
}
