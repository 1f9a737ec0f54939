import Broker
import Dispatch
import Glibc
import TestSupport
import Testing

/// What every broker promises, whatever carries it.
@Suite(.serialized) struct `A broker` {
    @Test(arguments: Meeting.allCases)
    func `brings what one node publishes to all that subscribe, once and in order`(meeting: Meeting) throws {
        let topics = try (0..<4).map { try topic("case.\($0)") }
        try meeting.with(3) { nodes in
            for node in nodes { for topic in topics { try node.join(topic) } }
            for number in 0..<200 {
                for (index, node) in nodes.enumerated() { node.publish(topics[number % 4], "\(index):\(number)") }
            }
            for node in nodes {
                try eventually("all have come") { topics.allSatisfy { node.messages($0).count >= 150 } }
                for (remainder, topic) in topics.enumerated() {
                    for publisher in 0..<3 {
                        let expected = stride(from: remainder, to: 200, by: 4).map { "\(publisher):\($0)" }
                        #expect(node.texts(topic).filter { $0.hasPrefix("\(publisher):") } == expected)
                    }
                }
            }
        }
    }

    @Test(arguments: Meeting.allCases)
    func `brings nothing that a node has not subscribed to, or does not want any more`(meeting: Meeting) throws {
        let (wanted, left, other) = try (topic("wanted"), topic("left"), topic("other"))
        try meeting.with(2) { nodes in
            try nodes[0].join(wanted, left)
            nodes[0].publish(left, "before")
            try eventually("it comes") { nodes[0].texts(left) == ["before"] }
            nodes[0].broker.unsubscribe(left)
            // A subscription to the same server that is confirmed shows that the wish before it has been heard.
            try nodes[0].join(left)
            nodes[0].broker.unsubscribe(left)
            for number in 0..<20 { try nodes[0].join(try topic("probe.\(number)")) }
            nodes[1].publish(left, "after")
            nodes[1].publish(other, "never")
            for number in 0..<20 { nodes[1].publish(try topic("probe.\(number)"), "last") }
            nodes[1].publish(wanted, "last")
            try eventually("the others come") {
                try nodes[0].texts(wanted) == ["last"]
                    && (0..<20).allSatisfy { try nodes[0].texts(topic("probe.\($0)")) == ["last"] }
            }
            #expect(nodes[0].texts(left) == ["before"])
            #expect(nodes[0].texts(other) == [] && nodes[1].events.allSatisfy { !$0.isMessage })
        }
    }

    @Test(arguments: Meeting.allCases)
    func `confirms every subscription, also one that stands, and brings a message once all the same`(
        meeting: Meeting
    ) throws {
        let topic = try topic("twice")
        try meeting.with(1) { nodes in
            for _ in 0..<3 { try nodes[0].join(topic) }
            nodes[0].publish(topic, "one")
            nodes[0].publish(topic, "two")
            try eventually("both come") { nodes[0].messages(topic).count >= 2 }
            #expect(nodes[0].texts(topic) == ["one", "two"])
            nodes[0].broker.unsubscribe(topic)
            try eventually("one is enough to leave") { nodes[0].broker.figures.subscriptions == 0 }
        }
    }

    @Test(arguments: Meeting.allCases)
    func `brings whatever is published after a confirmation`(meeting: Meeting) throws {
        try meeting.with(2) { nodes in
            for number in 0..<100 {
                let topic = try topic("fresh.\(number)")
                try nodes[0].join(topic)
                nodes[1].publish(topic, "first")
                try eventually("it comes") { nodes[0].texts(topic) == ["first"] }
            }
        }
    }

    @Test(arguments: Meeting.allCases)
    func `carries ten thousand topics`(meeting: Meeting) throws {
        let topics = try (0..<10_000).map { try topic("team.\($0).queue") }
        try meeting.with(2) { nodes in
            for topic in topics { nodes[0].broker.subscribe(topic) }
            try eventually("all stand", within: .seconds(30)) {
                nodes[0].events.count { $0.isConfirmation } == topics.count
            }
            #expect(nodes[0].broker.figures.subscriptions == topics.count)
            for topic in topics { nodes[1].publish(topic, topic.name) }
            try eventually("all come", within: .seconds(30)) {
                nodes[0].events.count { $0.isMessage } >= topics.count
            }
            let came = nodes[0].events.filter(\.isMessage)
            #expect(came.count == topics.count)
            #expect(
                came.allSatisfy { event in
                    if case .message(let topic, let bytes) = event { bytes == [UInt8](topic.name.utf8) } else { false }
                })
            for topic in topics { nodes[0].broker.unsubscribe(topic) }
            try eventually("none is left") { nodes[0].broker.figures.subscriptions == 0 }
        }
    }

    @Test(arguments: Meeting.allCases)
    func `carries any bytes, from none to its bound, and drops what is larger`(meeting: Meeting) throws {
        var random = SeededRandom(seed: 5)
        let messages =
            [0, 1, 255, 16_383, 65_536, 300_000, 1 << 20].map { random.bytes($0) }
            + [[UInt8](0...255), [UInt8]("*3\r\n$7\r\nmessage\r\n".utf8), [0x0D, 0x0A]]
        let topic = try topic("bytes")
        try meeting.with(2) { nodes in
            try nodes[0].join(topic)
            for message in messages { nodes[1].broker.publish(topic, message) }
            nodes[1].broker.publish(topic, [UInt8](repeating: 0, count: (1 << 20) + 1))
            nodes[1].publish(topic, "end")
            try eventually("all come") { nodes[0].messages(topic).count >= messages.count + 1 }
            #expect(nodes[0].messages(topic) == messages + [[UInt8]("end".utf8)])
            #expect(nodes[1].broker.figures.dropped == 1)
        }
    }

    @Test(arguments: Meeting.allCases)
    func `ends right however quickly wishes change`(meeting: Meeting) throws {
        var random = SeededRandom(seed: 11)
        let topics = try (0..<8).map { try topic("restless.\($0)") }
        try meeting.with(2) { nodes in
            for _ in 0..<30 {
                var wanted: Set<BrokerTopic> = []
                for _ in 0..<random.int(1...200) {
                    let topic = topics[random.int(0...7)]
                    if random.oneIn(2) {
                        nodes[0].broker.subscribe(topic)
                        wanted.insert(topic)
                    } else {
                        nodes[0].broker.unsubscribe(topic)
                        wanted.remove(topic)
                    }
                    if random.oneIn(50) { usleep(1000) }
                }
                // Confirmed after all those wishes, which therefore count.
                for topic in wanted { try nodes[0].join(topic) }
                let before = Dictionary(uniqueKeysWithValues: topics.map { ($0, nodes[0].messages($0).count) })
                for topic in topics { nodes[1].publish(topic, "now") }
                try eventually("those that are wanted come") {
                    wanted.allSatisfy { nodes[0].messages($0).count == (before[$0] ?? 0) + 1 }
                }
            }
            for topic in topics { nodes[0].broker.unsubscribe(topic) }
            try eventually("none is left") { nodes[0].broker.figures.subscriptions == 0 }
        }
    }

    @Test(arguments: Meeting.allCases)
    func `takes calls from many threads`(meeting: Meeting) throws {
        let topics = try (0..<8).map { try topic("thread.\($0)") }
        try meeting.with(1) { nodes in
            let node = nodes[0]
            DispatchQueue.concurrentPerform(iterations: 8) { index in
                node.broker.subscribe(topics[index])
                _ = comesAbout { node.stands(topics[index]) }
                for number in 0..<500 {
                    node.publish(topics[index], "\(number)")
                    if number % 50 == 0 { _ = node.broker.figures }
                }
            }
            for topic in topics {
                try eventually("all come") { node.messages(topic).count >= 500 }
                #expect(node.texts(topic) == (0..<500).map(String.init))
            }
        }
    }

    @Test(arguments: Meeting.allCases)
    func `sends what is queued when it stops, then tells nothing and takes nothing`(meeting: Meeting) throws {
        let (topic, unheard) = try (topic("last words"), topic("too late"))
        try meeting.with(2) { nodes in
            try nodes[0].join(topic)
            try nodes[1].join(topic)
            for number in 0..<2000 { nodes[1].publish(topic, "\(number)") }
            nodes[1].broker.stop()
            let told = nodes[1].events.count
            try eventually("all come") { nodes[0].messages(topic).count >= 2000 }
            #expect(nodes[0].texts(topic) == (0..<2000).map(String.init))
            nodes[1].publish(topic, "too late")
            nodes[1].broker.subscribe(unheard)
            nodes[1].broker.unsubscribe(topic)
            nodes[1].broker.stop()
            nodes[0].publish(topic, "end")
            try eventually("the end comes") { nodes[0].texts(topic).last == "end" }
            #expect(nodes[0].messages(topic).count == 2001)
            #expect(nodes[1].events.count == told)
        }
    }

    @Test(arguments: Meeting.allCases)
    func `counts what it does`(meeting: Meeting) throws {
        let topic = try topic("counted")
        try meeting.with(2) { nodes in
            try nodes[0].join(topic)
            for _ in 0..<10 { nodes[1].publish(topic, "x") }
            try eventually("all come") { nodes[0].messages(topic).count == 10 }
            try eventually("nothing waits") { nodes[1].broker.figures.queued == 0 }
            let (receiver, publisher) = (nodes[0].broker.figures, nodes[1].broker.figures)
            #expect(receiver.received == 10 && receiver.published == 0 && receiver.subscriptions == 1)
            #expect(publisher.published == 10 && publisher.received == 0 && publisher.subscriptions == 0)
            #expect(receiver.dropped == 0 && publisher.dropped == 0 && publisher.queuedBytes == 0)
            #expect(receiver.isWell && receiver.trouble == nil && receiver.losses == 0 && receiver.reconnects == 0)
            #expect((receiver.bytesReceived > 0) == (meeting != .inOneProcess))
            #expect((receiver.lagMilliseconds != nil) == (meeting != .inOneProcess))
        }
    }
}

extension BrokerEvent {
    var isMessage: Bool { if case .message = self { true } else { false } }
    var isConfirmation: Bool { if case .subscribed = self { true } else { false } }
}
