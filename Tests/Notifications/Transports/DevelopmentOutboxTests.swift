import CaseMachine
import Testing

@testable import Notifications

@Suite struct DevelopmentOutboxTests {
    private func letter(_ text: String) -> Letter {
        Letter(channel: .sms, to: "+447700900123", text: text, at: Timestamp(milliseconds: 0))
    }

    @Test func `the newest letter comes first`() {
        let outbox = DevelopmentOutbox()
        for text in ["one", "two", "three"] { outbox.post(letter(text)) }
        #expect(outbox.letters.map(\.letter.text) == ["three", "two", "one"])
        #expect(outbox.letters.map(\.id) == [3, 2, 1])
    }

    @Test func `what is too old makes room, and no number is given twice`() {
        let outbox = DevelopmentOutbox(maxLetters: 3)
        for number in 1...10 { outbox.post(letter("\(number)")) }
        #expect(outbox.letters.map(\.id) == [10, 9, 8])
    }

    @Test func `it takes everything, and hides no double`() {
        let outbox = DevelopmentOutbox()
        #expect(outbox.send(letter("one"), key: "k") == .taken(reference: "development-1"))
        #expect(outbox.send(letter("one"), key: "k") == .taken(reference: "development-2"))
        #expect(outbox.letters.count == 2)
    }

    @Test func `letters of many threads are all kept`() async {
        let outbox = DevelopmentOutbox(maxLetters: 1000)
        await withTaskGroup(of: Void.self) { group in
            for thread in 0..<8 {
                group.addTask { for number in 0..<100 { outbox.post(letter("\(thread) \(number)")) } }
            }
        }
        #expect(Set(outbox.letters.map(\.letter.text)).count == 800)
        #expect(outbox.letters.map(\.id) == (1...800).reversed())
    }
}
