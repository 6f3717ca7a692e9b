// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QCborMap>

#include "ghost/Result.h"

namespace google::protobuf {
class Message;
}

/// The one bridge between the messages of the API and the maps of Command, Query, Operation and Event, by reflection: a
/// new field or message needs no line here.
///
/// | protobuf | CBOR |
/// |---|---|
/// | message | map from field name to value; unset fields are left out |
/// | enum | short name: VM_STATE_RUNNING ↔ "running"; of ErrorCode codeName(): "NotFound" |
/// | google.protobuf.Timestamp, Duration | integer milliseconds (since the epoch UTC) |
/// | google.protobuf.Struct, map<string, X> | map |
/// | repeated | array |
/// | bytes | byte string |
namespace ghost {

QCborMap toCbor(const google::protobuf::Message &message);

/// Merges @p map into @p message. Unknown keys, nulls, and unknown names of enums are passed over. A value of the wrong
/// type, out of range or nested too deep is InvalidArgument with the field's path (`options.cache`, `disks[2].path`);
/// the message is then half filled.
Result<void> fromCbor(const QCborMap &map, google::protobuf::Message &message);

} // namespace ghost
