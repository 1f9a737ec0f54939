import Testing

@testable import CaseStore

@Suite struct `Hints between nodes` {
    private static let now: Int64 = 1_790_000_000_000
    private static let day: Int64 = 86_400_000

    @Test func `a node opens what another one with the same master key sealed, where it was published`() throws {
        let house = try VaultHouse()
        let vault = try house.open()
        let (one, other) = (try HintSealer(vault), try HintSealer(vault))
        let sealed = try one.seal(Array("Maria writes".utf8), for: "foyer:c:1", at: Self.now)
        #expect(!sealed.contains("Maria".utf8))
        #expect(try other.open(sealed, from: "foyer:c:1", at: Self.now) == Array("Maria writes".utf8))
        #expect(throws: VaultError.tampered) { try other.open(sealed, from: "foyer:c:2", at: Self.now) }
    }

    @Test func `what is changed in any byte, cut or of another house is refused`() throws {
        let house = try VaultHouse()
        let sealer = try HintSealer(try house.open())
        let sealed = try sealer.seal([1, 2, 3], for: "t", at: Self.now)
        for index in sealed.indices {
            var changed = sealed
            changed[index] ^= 1
            #expect(throws: VaultError.self) { try sealer.open(changed, from: "t", at: Self.now) }
            #expect(throws: VaultError.self) { try sealer.open(Array(sealed[..<index]), from: "t", at: Self.now) }
        }
        let stranger = try VaultHouse()
        let foreign = try HintSealer(try stranger.open())
        #expect(throws: VaultError.unknownKey) { try foreign.open(sealed, from: "t", at: Self.now) }
    }

    @Test func `clocks may be a day apart, and no more`() throws {
        let house = try VaultHouse()
        let vault = try house.open()
        let (one, other) = (try HintSealer(vault), try HintSealer(vault))
        let sealed = try one.seal([7], for: "t", at: Self.now)
        for apart in [-Self.day, 0, Self.day] {
            #expect(try other.open(sealed, from: "t", at: Self.now + apart) == [7])
        }
        for apart in [-2 * Self.day, 2 * Self.day] {
            #expect(throws: VaultError.unknownKey) { try other.open(sealed, from: "t", at: Self.now + apart) }
        }
        // And no moment that a clock can show traps.
        for moment in [Int64.min, .max] {
            #expect(try other.open(other.seal([7], for: "t", at: moment), from: "t", at: moment) == [7])
        }
    }
}
