/// A JSON value (RFC 8259) as the reader hands it out.
enum JSON: Hashable, Sendable {
    case null
    case bool(Bool)
    /// A whole number that every client can read and write exactly (RFC 8259 §6).
    case integer(Int64)
    /// Any other number: no field of the protocol takes one.
    case otherNumber
    case string(String)
    case array([JSON])
    case object(JSONObject)
}

/// The members of an object in the order in which they were written, each name once.
///
/// A list and no dictionary: messages have few members, and to compare a name of a few bytes costs less than to hash it.
struct JSONObject: Hashable, Sendable {
    struct Member: Hashable, Sendable {
        let name: String
        let value: JSON
    }

    private(set) var members: [Member] = []

    /// Nil for what is absent, and for null: no field tells the two apart.
    subscript(name: String) -> JSON? {
        guard let member = members.first(where: { $0.name == name }), member.value != .null else { return nil }
        return member.value
    }

    func has(_ name: String) -> Bool { members.contains { $0.name == name } }

    mutating func append(_ name: String, _ value: JSON) { members.append(Member(name: name, value: value)) }
}

/// A value that stands in messages as an object.
protocol JSONShape {
    init(from object: JSONObject) throws(FieldFailure)
    /// Writes the members, without the braces.
    func write(to writer: inout JSONWriter)
}
