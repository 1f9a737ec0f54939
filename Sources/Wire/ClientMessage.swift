/// What a client says: a command with the number under which it is answered.
package struct ClientMessage: Hashable, Sendable {
    package let id: Int64
    package let command: ClientCommand

    package init(id: Int64, command: ClientCommand) {
        self.id = id
        self.command = command
    }
}

/// The word behind `type`.
package enum CommandType: String, Hashable, Sendable, CaseIterable {
    case authenticate, ping, watch, closed, subscribe, unsubscribe, guest, presence, typing, seen, delivered
    case open, identify, send, note, edit, delete, claim, release, transfer, join, part, leave, snooze, wake
    case requestClose, declineClose, closeChat, close, reopen
}

extension ClientMessage {
    package init(json bytes: UnsafeRawBufferPointer) throws(WireError) { try self.init(json: Array(bytes)) }

    /// Total: any bytes are a command or an error, which carries their `id` if it could be read.
    package init(json bytes: [UInt8]) throws(WireError) {
        let (object, number) = try readMessage(bytes, limits: .client, keepingNumber: "id")
        let id: Int64
        let word: String
        do throws(FieldFailure) {
            id = try object.integer("id", in: 1...WireLimits.largestInteger)
            word = try object.text("type")
        } catch {
            throw WireError(re: number, error)
        }
        guard let type = CommandType(rawValue: word) else { throw WireError(re: id, .unknownType) }
        do throws(FieldFailure) {
            self.init(id: id, command: try ClientCommand(type, from: object))
        } catch {
            throw WireError(re: id, error)
        }
    }

    package var json: [UInt8] {
        JSONWriter.message { writer in
            writer.field("id", id)
            writer.field("type", command.type)
            command.write(to: &writer)
        }
    }
}
