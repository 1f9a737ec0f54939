import CaseStore

/// This start of the process, as the store knows it. In a file of its own: presence calls its own nodes the same.
typealias StoredNodeID = NodeID

enum FreshNode {
    static func stored(_ random: UInt64) -> NodeID { NodeID(Int64(bitPattern: random)) }
}
