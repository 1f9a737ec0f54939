/// The object that a message is, with the number of that name, which also an error carries.
func readMessage(
    _ bytes: [UInt8], limits: JSONReader.Limits, keepingNumber name: String
) throws(WireError) -> (object: JSONObject, number: Int64) {
    guard bytes.count <= limits.bytes else { throw WireError(tooLongFor: limits) }
    var reader = JSONReader(bytes, limits: limits, keepingNumber: name)
    do throws(JSONReader.Failure) {
        let object = try reader.readMessage()
        return (object, max(0, reader.number ?? 0))
    } catch {
        throw WireError(re: max(0, reader.number ?? 0), error)
    }
}
