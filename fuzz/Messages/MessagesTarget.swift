import FuzzSupport
import Wire

/// The messages of protocol v1, as a server reads them and as a client does: whatever the bytes, there is a message or an
/// error in words; and a message that was read is written so that it reads as the same one.
@main
enum MessagesTarget {
    static func main() {
        fuzz { choices in
            let isFromClient = choices.flag()
            let bytes = choices.bytes()
            if isFromClient {
                judge(bytes, read: { json throws(WireError) in try ClientMessage(json: json) }, write: \.json)
            } else {
                judge(bytes, read: { json throws(WireError) in try ServerMessage(json: json) }, write: \.json)
            }
        }
    }

    private static func judge<Message: Equatable>(
        _ bytes: [UInt8], read: ([UInt8]) throws(WireError) -> Message, write: (Message) -> [UInt8]
    ) {
        let message: Message
        do {
            message = try read(bytes)
        } catch {
            return expect(!error.message.isEmpty && !error.code.isEmpty, "an error without words")
        }
        let written = write(message)
        do {
            let again = try read(written)
            expect(again == message, "written and read, it is another message")
            expectEqual(write(again), written, "written twice, it differs")
        } catch {
            expect(false, "its own writing is not read: \(error.code)")
        }
    }
}
