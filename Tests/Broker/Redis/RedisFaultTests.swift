import Glibc
import TestSupport
import Testing

@testable import Broker

/// What becomes of a broker when its Redis server, or the way to it, does not do what it should.
@Suite(.serialized) struct `A broker over Redis, when` {
    /// Quicker than in earnest, so that a test waits for a second and not for ten.
    private static var quick: RedisBrokerSettings {
        var settings = RedisBrokerSettings()
        settings.canaryInterval = .milliseconds(200)
        settings.stallTimeout = .milliseconds(800)
        settings.connectTimeout = .milliseconds(800)
        settings.longestPause = .milliseconds(300)
        return settings
    }

    private static func node(
        _ urls: [String], _ settings: RedisBrokerSettings = quick
    ) throws -> Node {
        let urls = try urls.map { try RedisURL($0) }
        return try Node { try RedisBroker(urls, settings: settings, tell: $0) }
    }

    /// Two nodes on a server of their own, well and both subscribed to a topic.
    private static func withPair(
        _ options: RedisServer.Options = .init(), settings: RedisBrokerSettings = quick,
        _ body: (RedisServer, Node, Node, BrokerTopic) throws -> Void
    ) throws {
        let server = try RedisServer(options)
        let (one, other) = try (node([server.url], settings), node([server.url], settings))
        let topic = try topic("case.1")
        try one.awaitWell()
        try other.awaitWell()
        try one.join(topic)
        try other.join(topic)
        try body(server, one, other, topic)
    }

    /// What one publishes now reaches the other.
    private static func expectFlow(_ one: Node, _ other: Node, _ topic: BrokerTopic, _ text: String) throws {
        one.publish(topic, text)
        try eventually("'\(text)' comes") { other.texts(topic).last == text }
        #expect(other.texts(topic).count { $0 == text } == 1)
    }

    @Test func `the server is killed and comes back, tells the loss, drops meanwhile, and subscribes again by itself`()
        throws
    {
        try Self.withPair { server, one, other, topic in
            let later = try named("later")
            server.kill()
            for node in [one, other] {
                try node.awaitWell(false)
                #expect(node.losses(topic) == 1)
            }
            #expect(one.broker.figures.trouble?.contains("127.0.0.1") == true)
            one.publish(topic, "to nobody")
            try eventually("it is dropped") { one.broker.figures.dropped == 1 }
            other.broker.subscribe(later)
            try server.start()
            for node in [one, other] {
                try node.awaitWell()
                try eventually("it stands again") { node.stands(topic) }
            }
            try eventually("so does what was wanted meanwhile") { other.stands(later) }
            try Self.expectFlow(one, other, topic, "again")
            try Self.expectFlow(one, other, later, "later")
            #expect(!other.texts(topic).contains("to nobody"))
            #expect(one.broker.figures.reconnects >= 1 && one.broker.figures.losses == 1)
            #expect(one.broker.figures.trouble == nil)
        }
    }

    @Test func `the server stalls, tells the loss within the bound, and is well once it goes on`() throws {
        try Self.withPair { server, one, other, topic in
            server.stall()
            let start = ContinuousClock.now
            try one.awaitWell(false)
            #expect(one.losses(topic) == 1)
            // Stall timeout, canary interval, and one more look at it; with some for a busy machine.
            #expect(ContinuousClock.now - start < .seconds(2.5))
            try eventually("it tries again, in vain") { one.broker.figures.reconnects >= 2 }
            server.goOn()
            for node in [one, other] {
                try node.awaitWell()
                try eventually("it stands again") { node.stands(topic) }
            }
            try Self.expectFlow(one, other, topic, "again")
        }
    }

    @Test func `nothing happens for longer than a stall may take, stays well`() throws {
        try Self.withPair { _, one, other, topic in
            usleep(2_000_000)
            #expect(one.losses(topic) == 0 && one.broker.figures.reconnects == 0 && one.isWell == true)
            #expect((one.broker.figures.lagMilliseconds ?? -1) >= 0)
            #expect((one.broker.figures.maxLagMilliseconds ?? 0) < 800)
            try Self.expectFlow(one, other, topic, "still there")
        }
    }

    @Test func `it is itself slower than a stall may take, does not blame the server`() throws {
        var settings = Self.quick
        settings.canaryInterval = .milliseconds(100)
        settings.stallTimeout = .milliseconds(300)
        try Self.withPair(settings: settings) { _, slow, other, topic in
            slow.slowDown(400_000)
            // About one a read: canaries that are out meanwhile come back some reads later.
            for _ in 0..<6 { other.broker.publish(topic, [UInt8](repeating: 1, count: 250_000)) }
            try eventually("all come") { slow.messages(topic).count == 6 }
            #expect(slow.losses(topic) == 0 && slow.isWell == true)
            #expect((slow.broker.figures.maxLagMilliseconds ?? 0) > 300, "longer than a stall")
        }
    }

    @Test(arguments: ["pubsub", "normal"])
    func `its connections are killed by hand, tells the loss and makes new ones`(kind: String) throws {
        try Self.withPair { server, one, other, topic in
            try server.command("CLIENT", "KILL", "TYPE", kind)
            for node in [one, other] {
                try eventually("lost, and stands again") { node.losses(topic) == 1 && node.stands(topic) }
                try node.awaitWell()
            }
            try Self.expectFlow(one, other, topic, "again")
        }
    }

    @Test func `all data of the server is erased, does not notice`() throws {
        try Self.withPair { server, one, other, topic in
            try server.command("FLUSHALL")
            try Self.expectFlow(one, other, topic, "untouched")
            #expect(one.losses(topic) == 0 && one.isWell == true)
        }
    }

    @Test func `it reads too slowly for the server's output buffer, tells the loss, and the publisher goes on`() throws
    {
        let options = RedisServer.Options(settings: ["client-output-buffer-limit pubsub 1mb 1mb 1"])
        try Self.withPair(options) { _, slow, quick, topic in
            let chunk = [UInt8](repeating: 1, count: 100_000)
            try slow.holdUp {
                for _ in 0..<200 {
                    quick.broker.publish(topic, chunk)
                    usleep(1000)
                }
                try eventually("all are out") { quick.broker.figures.queued == 0 }
            }
            try eventually("lost, and stands again") { slow.losses(topic) >= 1 && slow.stands(topic) }
            try slow.awaitWell()
            try Self.expectFlow(quick, slow, topic, "again")
            #expect(slow.messages(topic).count < 201)
            #expect(quick.losses(topic) == 0)
        }
    }

    @Test func `there is no server yet, starts all the same and connects when there is one`() throws {
        let server = try RedisServer()
        server.kill()
        let node = try Self.node([server.url])
        let topic = try topic("early")
        node.broker.subscribe(topic)
        try node.awaitWell(false)
        #expect(node.broker.figures.trouble?.contains("Connection refused") == true)
        #expect(node.losses(topic) == 0, "what never stood is not lost")
        try server.start()
        try node.awaitWell()
        try eventually("it stands") { node.stands(topic) }
        try Self.expectFlow(node, node, topic, "here")
    }

    @Test func `the host has a name, looks it up`() throws {
        let server = try RedisServer()
        let node = try Self.node(["redis://localhost:\(server.port)"])
        try node.awaitWell()
        let nowhere = try Self.node(["redis://nobody.invalid"])
        try nowhere.awaitWell(false)
        #expect(nowhere.broker.figures.trouble?.contains("nobody.invalid") == true)
    }

    @Test func `the server wants a user and a password, is let in with the right ones only`() throws {
        // No more rights than docs/broker.md says.
        let rights = "-@all +auth +select +publish +subscribe +unsubscribe"
        let server = try RedisServer(
            .init(settings: [
                "user default off", "user foyer on >s3cret: &foyer:* \(rights)",
                "user stranger on >other &elsewhere:* \(rights)",
            ]))
        let place = "127.0.0.1:\(server.port)"
        let node = try Self.node(["redis://foyer:s3cret%3A@\(place)/1"])
        try node.awaitWell()
        let topic = try topic("guarded")
        try node.join(topic)
        try Self.expectFlow(node, node, topic, "let in")
        for (url, reason) in [
            ("redis://foyer:geheim@\(place)", "WRONGPASS"), ("redis://:geheim@\(place)", "WRONGPASS"),
            ("redis://\(place)", "NOAUTH"), ("redis://stranger:other@\(place)", "NOPERM"),
        ] {
            let refused = try Self.node([url])
            try refused.awaitWell(false)
            let trouble = try #require(refused.broker.figures.trouble)
            #expect(trouble.contains(reason) && trouble.contains(place) && !trouble.contains("geheim"), "\(trouble)")
        }
    }

    @Test func `two houses use two databases of one server, do not hear each other`() throws {
        let server = try RedisServer()
        let (one, other) = try (Self.node([server.url + "/1"]), Self.node([server.url + "/2"]))
        let topic = try topic("same name")
        for node in [one, other] {
            try node.awaitWell()
            try node.join(topic)
        }
        try Self.expectFlow(one, one, topic, "in one")
        try Self.expectFlow(other, other, topic, "in two")
        #expect(one.texts(topic) == ["in one"] && other.texts(topic) == ["in two"])
        let beyond = try Self.node([server.url + "/16"])
        try beyond.awaitWell(false)
        #expect(beyond.broker.figures.trouble?.contains("DB index is out of range") == true)
    }

    @Test func `the server speaks TLS, trusts only the right certificate`() throws {
        let authority = try TestAuthority(TemporaryFolder())
        let files = try authority.certify("redis", "DNS:localhost,IP:127.0.0.1")
        let server = try RedisServer(
            .init(certificate: (files.certificateFile, files.keyFile, authority.certificateFile)))
        var trusting = Self.quick
        trusting.authorityFile = authority.certificateFile
        let (one, other) = try (
            Self.node(["rediss://127.0.0.1:\(server.tlsPort)"], trusting),
            Self.node(["rediss://localhost:\(server.tlsPort)"], trusting)
        )
        let topic = try topic("sealed")
        for node in [one, other] {
            try node.awaitWell()
            try node.join(topic)
        }
        let large = [UInt8](repeating: 5, count: 1_000_000)
        one.broker.publish(topic, large)
        try Self.expectFlow(one, other, topic, "behind it")
        #expect(other.messages(topic).first == large)
        for (url, settings, reason) in [
            ("rediss://127.0.0.1:\(server.tlsPort)", Self.quick, "TLS: the server's certificate"),
            // A plain server waits for the end of a line.
            ("rediss://127.0.0.1:\(server.port)", trusting, "no connection in"),
            ("redis://127.0.0.1:\(server.tlsPort)", trusting, "connection"),
        ] {
            let refused = try Self.node([url], settings)
            try refused.awaitWell(false)
            #expect(refused.broker.figures.trouble?.contains(reason) == true)
        }
        var missing = Self.quick
        missing.authorityFile = authority.folder.file("missing.pem")
        #expect(throws: BrokerError.self) { try Self.node(["rediss://h"], missing) }
    }

    @Test func `there are two servers and one dies, loses that one's topics only`() throws {
        let servers = try (RedisServer(), RedisServer())
        let urls = [servers.0.url, servers.1.url]
        let (one, other) = try (Self.node(urls), Self.node(urls))
        let topics = try (0..<40).map { try named("case.\($0)") }
        let (first, second) = (topics.filter { $0.shard(of: 2) == 0 }, topics.filter { $0.shard(of: 2) == 1 })
        #expect(first.count > 8 && second.count > 8)
        for node in [one, other] {
            try node.awaitWell()
            for topic in topics { try node.join(topic) }
        }
        servers.1.kill()
        for node in [one, other] { try node.awaitWell(false) }
        #expect(first.allSatisfy { one.losses($0) == 0 } && second.allSatisfy { one.losses($0) == 1 })
        for topic in first { try Self.expectFlow(one, other, topic, "during") }
        try servers.1.start()
        for node in [one, other] { try node.awaitWell() }
        for topic in topics {
            try eventually("all stand") { other.stands(topic) }
            try Self.expectFlow(one, other, topic, "after")
        }
    }

    @Test func `the server leaves everything unread, takes no more than its bound and drops the rest`() throws {
        var settings = Self.quick
        settings.unsentBytes = 2 << 20
        settings.stallTimeout = .seconds(30)
        settings.lagLimit = .seconds(30)
        try Self.withPair(settings: settings) { server, one, other, topic in
            let chunk = [UInt8](repeating: 1, count: 100_000)
            server.stall()
            try eventually("some are dropped") {
                one.broker.publish(topic, chunk)
                #expect(one.broker.figures.queuedBytes <= settings.unsentBytes + settings.waitingBytes)
                return one.broker.figures.dropped > 100
            }
            server.goOn()
            try eventually("nothing waits") { one.broker.figures.queued == 0 }
            try Self.expectFlow(one, other, topic, "after")
            #expect(one.losses(topic) == 0)
            #expect(other.messages(topic).count == one.broker.figures.published)
        }
    }

    @Test func `more topics are wanted than may be, counts what it refuses`() throws {
        var settings = Self.quick
        settings.topics = 10
        let server = try RedisServer()
        let node = try Self.node([server.url], settings)
        try node.awaitWell()
        let topics = try (0..<20).map { try named("case.\($0)") }
        for topic in topics { node.broker.subscribe(topic) }
        try eventually("ten stand") { node.events.count(where: \.isConfirmation) == 10 }
        try eventually("ten do not") { node.broker.figures.refused == 10 }
        for topic in topics where node.stands(topic) { node.broker.unsubscribe(topic) }
        let fresh = try named("fresh")
        try eventually("there is room again") { node.broker.figures.subscriptions == 0 }
        try node.join(fresh)
    }

    @Test func `it stops while the server is stalled, is done within its bound`() throws {
        var settings = Self.quick
        settings.stopTimeout = .milliseconds(500)
        try Self.withPair(settings: settings) { server, one, _, topic in
            server.stall()
            one.publish(topic, "unheard")
            let start = ContinuousClock.now
            one.broker.stop()
            #expect(ContinuousClock.now - start < .seconds(3))
        }
    }

    @Test func `others publish what is none of ours, does not mind`() throws {
        try Self.withPair { server, one, other, topic in
            try server.command("PUBLISH", "foyer:0:unknown", "x")
            try server.command("PUBLISH", "foyer:0:", "x")
            try server.command("PUBLISH", "foyer:0:case.1", "forged bytes are the gateway's affair")
            try eventually("it comes") { one.messages(topic).count == 1 }
            try Self.expectFlow(one, other, topic, "still well")
            // Larger than any reply may be: that ends the connection, and only that.
            for _ in 0..<22 { try server.command("APPEND", "large", String(repeating: "x", count: 60_000)) }
            try server.command(
                "EVAL", "return redis.call('publish', 'foyer:0:case.1', redis.call('get', 'large'))", "0")
            try eventually("lost, and stands again") {
                one.losses(topic) == 1 && one.stands(topic) && other.stands(topic)
            }
            try Self.expectFlow(one, other, topic, "again")
        }
    }

    @Test(arguments: [
        "+OK\r\n", ":1\r\n", "$-1\r\n", "$2\r\nhi\r\n", "*0\r\n", "*-1\r\n", "-ERR no such thing\r\n",
        "-LOADING Redis is loading the dataset in memory\r\n", "*3\r\n$9\r\nsubscribe\r\n$1\r\nx\r\n:1\r\n",
        "*3\r\n$9\r\nsubscribe\r\n$12\r\nfoyer:0:none\r\n:1\r\n", "*3\r\n:1\r\n:1\r\n:1\r\n",
        "*3\r\n$7\r\nmessage\r\n$1\r\nx\r\n:1\r\n", "*3\r\n$11\r\nunsubscribe\r\n$-1\r\n:0\r\n",
        "*1\r\n$7\r\nmessage\r\n",
        "*2147483647\r\n", "*9223372036854775807\r\n", "$99999999999999999999\r\n", "HTTP/1.1 400 Bad Request\r\n\r\n",
        "\0\0\0",
        "%2\r\n", String(repeating: "*1\r\n", count: 50_000),
        "$9223372036854775807\r\n" + String(repeating: "x", count: 1_200_000),
        String(repeating: "x", count: 1_200_000), "+" + String(repeating: "x", count: 1_200_000),
    ])
    func `the server talks nonsense, ends the connection and tries again`(words: String) throws {
        let fake = try FakeServer(saying: [UInt8](words.utf8))
        let node = try Self.node(["redis://127.0.0.1:\(fake.port)"])
        node.broker.subscribe(try topic("case.1"))
        node.publish(try topic("case.1"), "x")
        try eventually("it goes and comes back") { fake.gone >= 2 && fake.come >= 3 }
        #expect(node.isWell == false && node.broker.figures.trouble != nil)
        #expect(node.events.allSatisfy { $0 == .health(isWell: false) })
    }

    @Test func `the server says nothing at all, gives up in time and tries again`() throws {
        for password in ["", ":x@"] {
            let fake = try FakeServer(saying: [])
            let node = try Self.node(["redis://\(password)127.0.0.1:\(fake.port)"])
            try eventually("it goes and comes back") { fake.gone >= 2 && fake.come >= 3 }
            #expect(node.isWell == false)
        }
    }

    @Test func `no server is given, does not start`() {
        #expect(throws: BrokerError.self) { try Self.node([]) }
    }
}

private func named(_ name: String) throws -> BrokerTopic { try #require(BrokerTopic(name)) }

@Suite struct `The server of a topic` {
    @Test func `is always the same, and all have their share`() throws {
        // Written down: nodes of different releases must agree.
        #expect(try ["case.1", "case.2", "team.7.queue", "x"].map { try named($0).shard(of: 3) } == [2, 2, 1, 2])
        var counts = [0, 0, 0]
        for number in 0..<3000 { counts[try named("case.\(number)").shard(of: 3)] += 1 }
        #expect(counts.allSatisfy { $0 > 800 })
    }
}
