/// A guest opens a case.
package struct OpenCommand: Hashable, Sendable, JSONShape {
    package enum Topic: Hashable, Sendable {
        case category(String)
        case subject(String)
    }

    package let key: UInt128
    package let team: String
    package let topic: Topic

    package init(key: UInt128, team: String, topic: Topic) {
        self.key = key
        self.team = team
        self.topic = topic
    }

    init(from object: JSONObject) throws(FieldFailure) {
        self.init(key: try object.key(), team: try object.name("team"), topic: try Topic(from: object))
    }

    func write(to writer: inout JSONWriter) {
        writer.field("key", hexadecimal(key))
        writer.field("team", team)
        switch topic {
        case .category(let category): writer.field("category", category)
        case .subject(let subject): writer.field("subject", subject)
        }
    }
}

extension OpenCommand.Topic {
    fileprivate init(from object: JSONObject) throws(FieldFailure) {
        switch (try object.optionalName("category"), try object.optionalText("subject")) {
        case (let category?, nil): self = .category(category)
        case (nil, let subject?): self = .subject(subject)
        case (nil, nil), (.some, .some): throw FieldFailure("category", "or subject must be there, one of them")
        }
    }
}
