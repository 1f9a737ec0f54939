import Broker
import CaseMachine
import CaseStore
import TestSupport
import Testing

@testable import Gateway

@Suite struct `What nodes tell each other` {
    private static func publications() -> [Publication] {
        let ward = Ward()
        let id = ward.open()
        ward.ask(.act(id, .claim), by: Ward.annaOfTheTeam)
        ward.say("Where is my report?", in: id)
        ward.ask(.act(id, .note(Message(text: "Look into it"))), by: Ward.annaOfTheTeam)
        ward.ask(.act(id, .release), by: Ward.annaOfTheTeam)
        return ward.handedOut.compactMap { output in
            if case .publish(let publication) = output { publication } else { nil }
        }
    }

    private static func letters() -> [NodeLetter] {
        publications().map { NodeLetter(author: NodeID(.min), content: .news($0)) } + [
            NodeLetter(author: NodeID(7), content: .presence([1, 2, 3])),
            NodeLetter(author: NodeID(-7), content: .sessionEnded(SessionID(42))),
            NodeLetter(author: NodeID(.max), content: .rosterChanged),
            NodeLetter(author: NodeID(8), content: .letterChanged(CaseID(-42))),
        ]
    }

    @Test func `a commit arrives as it was published`() throws {
        let publications = Self.publications()
        #expect(publications.contains { $0.previousAssignee == Ward.anna })
        for publication in publications {
            let read = try #require(NodeLetter(NodeLetter(author: NodeID(7), content: .news(publication)).bytes))
            guard case .news(let news) = read.content else { throw Unexpected() }
            #expect(read.author == NodeID(7))
            #expect(news.id == publication.id && news.publicID == publication.publicID)
            #expect(news.version == publication.version && news.state == publication.state)
            #expect(news.events == publication.events)
            #expect(news.previousTeam == publication.previousTeam)
            #expect(news.previousAssignee == publication.previousAssignee)
        }
    }

    @Test func `every kind of letter is read as the same bytes again`() throws {
        for letter in Self.letters() {
            let read = try #require(NodeLetter(letter.bytes))
            #expect(read.bytes == letter.bytes)
        }
    }

    @Test func `no beginning of a letter is a letter, and damage neither traps nor grows`() {
        var random = SeededRandom(seed: 5)
        for bytes in Self.letters().map(\.bytes) {
            for count in 0..<bytes.count { #expect(NodeLetter(Array(bytes[..<count])) == nil) }
            #expect(NodeLetter(bytes + [0]) == nil)
            for _ in 0..<500 {
                var damaged = bytes
                for _ in 0..<Int.random(in: 1...4, using: &random) {
                    damaged[Int.random(in: damaged.indices, using: &random)] = .random(
                        in: .min ... .max, using: &random)
                }
                // Some damage is a letter of other words. It is not written longer than it was.
                if let read = NodeLetter(damaged) { #expect(read.bytes.count <= 2 * bytes.count) }
            }
        }
    }

    @Test func `a commit is told to everybody who may have it in front of them, and who had it`() {
        let released = Self.publications().last
        #expect(
            released.map { Set($0.topics) }
                == [
                    released.map { .case($0.id) }, .team(Ward.team), .member(Ward.anna), .guest(Ward.maria),
                ].compactMap { $0 }.reduce(into: Set()) { $0.insert($1) })
    }

    @Test(arguments: [
        NodeTopic.house, .case(CaseID(.max)), .team(TeamID(1)), .member(MemberID(0)), .guest(GuestID(.min)),
    ])
    func `a topic's name says which it is`(_ topic: NodeTopic) {
        #expect(topic.brokerTopic?.name == topic.name)
        #expect(NodeTopic(name: topic.name) == topic)
    }

    @Test(arguments: [
        "", "foyer:", "foyer:x:1", "foyer:c:", "foyer:c:1:2", "other:c:1", "foyer:c:99999999999999999999",
    ])
    func `other names are nobody's topics`(_ name: String) { #expect(NodeTopic(name: name) == nil) }

    @Test func `the same news is new once, and a repetition without events is news of its own`() throws {
        var recent = RecentNews()
        let publication = try #require(Self.publications().last)
        let answers = [publication, publication, Publication(publication.known)].map { recent.isNew($0) }
        #expect(answers == [true, false, true])
    }

    struct Unexpected: Error {}
}
