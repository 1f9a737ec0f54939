/// Which field of a message is wrong, and what it should be. Never holds what was sent.
struct FieldFailure: Error, Hashable {
    /// As a programmer writes it: `values[3].field`.
    let path: String
    /// Follows the path: "must be a whole number".
    let problem: String
    /// How many there may be, where there are too many.
    let limit: Int64?

    init(_ path: String, _ problem: String, limit: Int64? = nil) {
        self.path = path
        self.problem = problem
        self.limit = limit
    }

    func inside(_ outer: String) -> FieldFailure { FieldFailure("\(outer).\(path)", problem, limit: limit) }
}

/// A field that must be there.
extension JSONObject {
    func text(_ field: String) throws(FieldFailure) -> String {
        guard case .string(let text) = self[field] else { throw FieldFailure(field, "must be a string") }
        return text
    }

    /// The opaque name of a case, a team or a person.
    func name(_ field: String) throws(FieldFailure) -> String {
        try text(field, bytes: 1...WireLimits.nameBytes)
    }

    func text(_ field: String, bytes: ClosedRange<Int>) throws(FieldFailure) -> String {
        guard case .string(let text) = self[field], bytes ~= text.utf8.count else {
            throw FieldFailure(field, "must be a string of \(bytes.lowerBound) to \(bytes.upperBound) bytes")
        }
        return text
    }

    func integer(_ field: String, in range: ClosedRange<Int64>) throws(FieldFailure) -> Int64 {
        guard case .integer(let number) = self[field], range ~= number else {
            throw FieldFailure(field, "must be a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// A number of an event, a count or a moment.
    func number(_ field: String) throws(FieldFailure) -> Int64 {
        try integer(field, in: 0...WireLimits.largestInteger)
    }

    func flag(_ field: String) throws(FieldFailure) -> Bool {
        guard case .bool(let flag) = self[field] else { throw FieldFailure(field, "must be true or false") }
        return flag
    }

    func word<Word: RawRepresentable<String> & CaseIterable>(_ field: String) throws(FieldFailure) -> Word {
        guard case .string(let text) = self[field], let word = Word(rawValue: text) else {
            let words = Word.allCases.map { "\"\($0.rawValue)\"" }
            throw FieldFailure(field, "must be one of \(words.joined(separator: ", "))")
        }
        return word
    }

    func object(_ field: String) throws(FieldFailure) -> JSONObject {
        guard case .object(let object) = self[field] else { throw FieldFailure(field, "must be an object") }
        return object
    }

    func shape<Shape: JSONShape>(_ field: String) throws(FieldFailure) -> Shape {
        let object = try object(field)
        do throws(FieldFailure) {
            return try Shape(from: object)
        } catch {
            throw error.inside(field)
        }
    }

    func shapes<Shape: JSONShape>(
        _ field: String, atMost limit: Int = WireLimits.serverElements
    ) throws(FieldFailure) -> [Shape] {
        var shapes: [Shape] = []
        for (index, element) in try elements(field, atMost: limit).enumerated() {
            guard case .object(let object) = element else {
                throw FieldFailure("\(field)[\(index)]", "must be an object")
            }
            do throws(FieldFailure) {
                shapes.append(try Shape(from: object))
            } catch {
                throw error.inside("\(field)[\(index)]")
            }
        }
        return shapes
    }

    func names(
        _ field: String, atMost limit: Int = WireLimits.serverElements
    ) throws(FieldFailure) -> [String] {
        var names: [String] = []
        for (index, element) in try elements(field, atMost: limit).enumerated() {
            guard case .string(let name) = element else {
                throw FieldFailure("\(field)[\(index)]", "must be a string")
            }
            names.append(name)
        }
        return names
    }

    private func elements(_ field: String, atMost limit: Int) throws(FieldFailure) -> [JSON] {
        guard case .array(let elements) = self[field] else { throw FieldFailure(field, "must be an array") }
        guard elements.count <= limit else {
            throw FieldFailure(field, "must have at most \(limit) elements", limit: Int64(limit))
        }
        return elements
    }
}

/// A field that may be absent, or null.
extension JSONObject {
    func optionalText(_ field: String) throws(FieldFailure) -> String? {
        self[field] == nil ? nil : try text(field)
    }

    func optionalName(_ field: String) throws(FieldFailure) -> String? {
        self[field] == nil ? nil : try name(field)
    }

    func optionalNumber(_ field: String) throws(FieldFailure) -> Int64? {
        self[field] == nil ? nil : try number(field)
    }

    func flag(_ field: String, otherwise: Bool) throws(FieldFailure) -> Bool {
        self[field] == nil ? otherwise : try flag(field)
    }

    func optionalWord<Word: RawRepresentable<String> & CaseIterable>(_ field: String) throws(FieldFailure) -> Word? {
        self[field] == nil ? nil : try word(field)
    }

    func optionalShape<Shape: JSONShape>(_ field: String) throws(FieldFailure) -> Shape? {
        self[field] == nil ? nil : try shape(field)
    }
}
