/// Everything behind the client's number has been sent; from here on it comes as it happens.
package struct CaughtUp: Hashable, Sendable, JSONShape {
    package let caseID: String
    package let seq: Int64
    package let generation: String

    package init(caseID: String, seq: Int64, generation: String) {
        self.caseID = caseID
        self.seq = seq
        self.generation = generation
    }

    init(from object: JSONObject) throws(FieldFailure) {
        self.init(
            caseID: try object.name("case"), seq: try object.number("seq"),
            generation: try object.name("generation"))
    }

    func write(to writer: inout JSONWriter) {
        writer.field("case", caseID)
        writer.field("seq", seq)
        writer.field("generation", generation)
    }
}
