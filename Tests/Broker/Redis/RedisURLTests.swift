import Testing

@testable import Broker

@Suite struct `The address of a Redis server` {
    struct Good: CustomTestStringConvertible, Sendable {
        let text: String
        let host: String
        var port: UInt16 = 6379
        var user: String?
        var password: String?
        var database = 0
        var isTLS = false
        let shown: String

        var testDescription: String { text }
    }

    @Test(arguments: [
        Good(text: "redis://localhost", host: "localhost", shown: "redis://localhost:6379/0"),
        Good(text: "redis://localhost/", host: "localhost", shown: "redis://localhost:6379/0"),
        Good(text: "redis://10.0.0.7:7000", host: "10.0.0.7", port: 7000, shown: "redis://10.0.0.7:7000/0"),
        Good(text: "redis://[::1]", host: "::1", shown: "redis://[::1]:6379/0"),
        Good(
            text: "rediss://[2001:DB8::7]:7001/3", host: "2001:DB8::7", port: 7001, database: 3, isTLS: true,
            shown: "rediss://[2001:DB8::7]:7001/3"),
        Good(
            text: "redis://[::ffff:10.0.0.7]:1", host: "::ffff:10.0.0.7", port: 1,
            shown: "redis://[::ffff:10.0.0.7]:1/0"),
        Good(
            text: "redis://a-b_c.example.org:65535/15", host: "a-b_c.example.org", port: 65_535, database: 15,
            shown: "redis://a-b_c.example.org:65535/15"),
        Good(text: "redis://:secret@h", host: "h", password: "secret", shown: "redis://default@h:6379/0"),
        Good(text: "redis://:@h", host: "h", shown: "redis://h:6379/0"),
        Good(
            text: "redis://foyer:secret@h:1/2", host: "h", port: 1, user: "foyer", password: "secret", database: 2,
            shown: "redis://foyer@h:1/2"),
        Good(text: "redis://foyer:a:b@h", host: "h", user: "foyer", password: "a:b", shown: "redis://foyer@h:6379/0"),
        Good(
            text: "redis://a%3Ab:%40%2f%25%3F%23@h", host: "h", user: "a:b", password: "@/%?#",
            shown: "redis://a:b@h:6379/0"),
        Good(text: "redis://:schl%C3%BCssel@h", host: "h", password: "schlüssel", shown: "redis://default@h:6379/0"),
    ])
    func `is understood`(good: Good) throws {
        let url = try RedisURL(good.text)
        #expect(url.host == good.host && url.port == good.port && url.isTLS == good.isTLS)
        #expect(url.user == good.user && url.password == good.password && url.database == good.database)
        #expect(url.description == good.shown)
    }

    @Test(arguments: [
        ("", "neither redis:// nor rediss://"), ("localhost:6379", "neither"), ("http://h", "neither"),
        ("REDIS://h", "neither"), ("redis:/h", "neither"), ("redis://", "no host"), ("redis:///0", "no host"),
        ("redis://:6379", "no host"), ("redis://:geheim@", "no host"), ("redis://geheim@h", "without a password"),
        ("redis://user:@h", "empty password"), ("redis://:geheim@x@h", "more than one '@'"),
        ("redis://h:0", "port"), ("redis://h:65536", "port"), ("redis://h:", "port"), ("redis://h:+1", "port"),
        ("redis://h:1x", "port"), ("redis://h:99999999999999999999", "port"), ("redis://h:-1", "port"),
        ("redis://h/x", "database"), ("redis://h/-1", "database"), ("redis://h/65536", "database"),
        ("redis://h/1/2", "database"), ("redis://h/99999999999999999999", "database"), ("redis://h//", "database"),
        ("redis://[::1", "without a ']'"), ("redis://[]", "IPv6"), ("redis://[h]", "IPv6"),
        ("redis://[::1]6379", "after ']'"), ("redis://::1", "more than one port"),
        ("redis://h:1:2", "more than one port"),
        ("redis://a b", "no name"), ("redis://a%41", "no name"), ("redis://ä", "no name"), ("redis://h\n", "no name"),
        ("redis://h?db=1", "query"), ("redis://h#x", "fragment"), ("redis://:geheim%@h", "hexadecimal"),
        ("redis://:geheim%4@h", "hexadecimal"), ("redis://:geheim%zz@h", "hexadecimal"),
        ("redis://:geheim%+1@h", "hexadecimal"), ("redis://:geheim%00@h", "hexadecimal"),
        ("redis://:geheim%ff@h", "UTF-8"), ("redis://" + String(repeating: "h", count: 254), "no name"),
        ("redis://" + String(repeating: "h", count: 3000), "longer"),
    ])
    func `is refused with a reason that does not hold the password`(text: String, reason: String) {
        let error = #expect(throws: BrokerError.self) { try RedisURL(text) }
        #expect(error?.message.contains(reason) == true, "\(String(describing: error))")
        #expect(error?.message.contains("geheim") == false)
    }

    @Test func `keeps its password out of every text`() throws {
        let url = try RedisURL("rediss://foyer:geheim@h:1/2")
        var dumped = ""
        dump([url], to: &dumped)
        for text in ["\(url)", String(reflecting: url), String(describing: [url]), dumped] {
            #expect(!text.contains("geheim") && text.contains("foyer@h:1/2"), "\(text)")
        }
    }
}
