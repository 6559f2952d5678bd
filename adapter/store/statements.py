"""The SQL of the ledger, one sentence per query, with `:names` for the values.

Core builds the reads of `query`; these here run thousands of times a second, so they go to the driver as text, with
plain tuples: the values stand in the order of the placeholders, which for an INSERT is that of the table.
"""

from __future__ import annotations

from sqlalchemy import Table

from adapter.store import tables


def _insert(table: Table, conflict: str = "") -> str:
    names = table.columns.keys()
    values = ", ".join(f":{name}" for name in names)
    return f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({values}) {conflict}"  # noqa: S608 - our own names


#: The same bytes are kept once; bytes that were dropped and came again are there again.
INSERT_BODY = _insert(
    tables.body,
    "ON CONFLICT (sha256) DO UPDATE SET size = excluded.size, data = excluded.data WHERE body.size < excluded.size",
)
INSERT_MESSAGE = _insert(tables.message)
#: A message that is decided again has its references already; another message's dedupe key still fails.
INSERT_REFERENCE = _insert(tables.reference, "ON CONFLICT (key, role, message_id) DO NOTHING")
INSERT_RECEIPT = _insert(tables.receipt)
INSERT_DELIVERY = _insert(tables.delivery)
INSERT_ENVELOPE = _insert(tables.envelope)
INSERT_ATTEMPT = _insert(tables.attempt)
INSERT_TIMER = _insert(tables.timer)
INSERT_TASK = _insert(tables.task)
INSERT_BATCH = _insert(tables.batch)
INSERT_ITEM = _insert(tables.batch_item)
INSERT_EVENT = _insert(tables.event)

#: Other bytes in place of those a message had; what nobody has any more is forgotten.
REPLACE_BODY = "UPDATE message SET sha256 = :sha256, size = :size WHERE id = :id"
FORGET_BODY = """
    DELETE FROM body
    WHERE sha256 = :sha256
        AND NOT EXISTS (SELECT 1 FROM message WHERE message.sha256 = body.sha256)
        AND NOT EXISTS (SELECT 1 FROM envelope WHERE envelope.sha256 = body.sha256)
    """

#: The row stays, so that the message can still be shown as one whose bytes are gone.
DROP_BODY = "UPDATE body SET data = :data, size = 0 WHERE sha256 = (SELECT sha256 FROM message WHERE id = :id)"

#: The same for the mails that messages came or went in, and for those that brought them once more: under the same
#: MessageId, unless that was another's.
DROP_ENVELOPES = """
    UPDATE body SET data = :data, size = 0
    WHERE sha256 IN (
        SELECT mail.sha256
        FROM envelope JOIN envelope AS mail
            ON mail.id = envelope.id OR (mail.key = envelope.key AND mail.state <> 'conflict')
        WHERE envelope.carries = :id
    )
    """
DROP_ENVELOPE = "UPDATE body SET data = :data, size = 0 WHERE sha256 = (SELECT sha256 FROM envelope WHERE id = :id)"

#: A worker takes a message up; a message that keeps killing its workers shows in the attempts.
TAKE_MESSAGE = "UPDATE message SET worker = :worker, attempts = attempts + 1 WHERE id = :id"

#: What a worker had taken up is free again; an attempt that says nothing about the message is taken back (1).
RELEASE_WORKER = "UPDATE message SET worker = NULL, attempts = attempts - :back WHERE worker = :worker"

#: The same for envelopes.
TAKE_ENVELOPE = "UPDATE envelope SET worker = :worker, attempts = attempts + 1 WHERE id = :id"
RELEASE_ENVELOPES = "UPDATE envelope SET worker = NULL, attempts = attempts - :back WHERE worker = :worker"

#: A decision writes all facts, and ends the worker's hold.
DECIDE_MESSAGE = """
    UPDATE message
    SET worker = NULL, state = :state, verdict = :verdict, findings = :findings, decided_at = :decided_at,
        kind = :kind, version = :version, type = :type, msg_id = :msg_id, document_id = :document_id,
        generated_at = :generated_at, service_type = :service_type, sender_her = :sender_her,
        receiver_her = :receiver_her, sender_party = :sender_party, receiver_party = :receiver_party,
        thread = :thread, topic = :topic, patient = :patient
    WHERE id = :id
    """

#: A step in a message's life; the attempts are kept (1) or forgotten (0).
MOVE_MESSAGE = "UPDATE message SET worker = NULL, state = :state, attempts = attempts * :kept WHERE id = :id"

#: A step in a delivery's life; the attempts are kept (1) or forgotten (0), and what is not given stays.
MOVE_DELIVERY = """
    UPDATE delivery
    SET state = :state,
        attempts = attempts * :kept + :added,
        last_error = CASE WHEN :is_sent THEN NULL ELSE coalesce(:error, last_error) END,
        sent_at = coalesce(:sent_at, sent_at),
        due_at = coalesce(:due_at, due_at),
        staged = coalesce(:staged, staged),
        receipt_due_at = coalesce(:receipt_due_at, receipt_due_at)
    WHERE id = :id
    """

#: What an envelope says, and what comes of it; what it carries stays where it is not given.
DESCRIBE_ENVELOPE = """
    UPDATE envelope
    SET worker = NULL, state = :state, last_error = coalesce(:error, last_error), message_id = :message_id,
        conversation_id = :conversation_id, cpa_id = :cpa_id, service = :service, service_type = :service_type,
        action = :action, sender_her = :sender_her, receiver_her = :receiver_her, sender_role = :sender_role,
        receiver_role = :receiver_role, refers_to = :refers_to, digest = :digest, key = :key,
        carries = coalesce(:carries, carries), due_at = coalesce(:due_at, due_at)
    WHERE id = :id
    """

#: A step in an envelope's life; the attempts are kept (1) or forgotten (0), and what is not given stays.
MOVE_ENVELOPE = """
    UPDATE envelope
    SET worker = NULL,
        state = :state,
        attempts = attempts * :kept + :added,
        last_error = CASE WHEN :is_well THEN NULL ELSE coalesce(:error, last_error) END,
        sent_at = coalesce(:sent_at, sent_at),
        acknowledged_at = coalesce(:acknowledged_at, acknowledged_at),
        due_at = coalesce(:due_at, due_at),
        is_paused = coalesce(:is_paused, is_paused),
        is_released = is_released OR :is_released
    WHERE id = :id
    """

#: A held envelope is judged anew: nobody has released it.
JUDGE_ENVELOPE_AGAIN = (
    "UPDATE envelope SET state = 'received', worker = NULL, attempts = 0, due_at = NULL WHERE id = :id"
)

#: A person says when an envelope goes, or that it waits.
STEER_ENVELOPE = """
    UPDATE envelope SET due_at = coalesce(:due_at, due_at), is_paused = coalesce(:is_paused, is_paused) WHERE id = :id
    """

#: Two threads turn out to be one.
MERGE_THREAD = "UPDATE message SET thread = :keep WHERE thread = :other"

#: A timer has done its work.
FIRE_TIMER = "UPDATE timer SET state = 'fired', fired_at = :at WHERE id = :id"

#: What a timer waited for has happened.
STOP_TIMER = "UPDATE timer SET state = 'stopped' WHERE id = :id"

#: A person has done a task, or opens it again.
SET_TASK = "UPDATE task SET state = :state, closed_at = :closed_at, closed_by = :closed_by, note = :note WHERE id = :id"

#: A person has taken a task on, or gives it back.
ASSIGN_TASK = "UPDATE task SET assignee = :assignee WHERE id = :id"

#: A task has become more urgent.
URGE_TASK = "UPDATE task SET priority = :priority WHERE id = :id"

#: What came of one message of a batch; the bytes are its new message's now, or nobody's.
END_ITEM = """
    UPDATE batch_item
    SET sha256 = NULL, state = :state, ended_at = :at, new_message_id = :message, new_delivery_id = :delivery,
        note = :note
    WHERE batch_id = :batch AND position = :position
    """

#: A batch is through, or a person has stopped it.
END_BATCH = "UPDATE batch SET state = :state, ended_at = :at WHERE id = :id"

#: What a timer or a task ends with, or nothing any more.
MARK_TIMER = "UPDATE timer SET ends_with = :ends_with WHERE id = :id"
MARK_TASK = "UPDATE task SET ends_with = :ends_with WHERE id = :id"

#: The timers that messages have had.
TIMERS_ABOUT = "SELECT message_id, rule, due_at FROM timer WHERE message_id IN (:wanted)"

#: What ends with messages that are answered.
TIMERS_ENDING = "SELECT id, message_id, rule FROM timer WHERE ends_with IN (:wanted) AND state = 'running'"
TASKS_ENDING = "SELECT id FROM task WHERE ends_with IN (:wanted) AND state = 'open'"

#: The states of messages, before a step.
MESSAGE_STATES = "SELECT id, state FROM message WHERE id IN (:wanted)"

#: The states of deliveries, before a step, and the messages they belong to.
DELIVERY_STATES = "SELECT id, state, for_message_id FROM delivery WHERE id IN (:wanted)"

#: Deliveries, in the order of `rows.DeliveryRow`: of inbound messages, of the messages whose bytes they carry, and
#: those that wait for others.
_DELIVERIES = f"SELECT {', '.join(tables.delivery.columns.keys())} FROM delivery WHERE {{}} IN (:wanted)"  # noqa: S608 - our own names
DELIVERIES_FOR = _DELIVERIES.format("for_message_id") + " ORDER BY id"
DELIVERIES_CARRYING = _DELIVERIES.format("message_id") + " ORDER BY id"
DELIVERIES_WAITING = _DELIVERIES.format("after_delivery") + " AND state = 'waiting' ORDER BY id"

#: The deliveries that their channel acknowledges.
RELIABLE = "SELECT id FROM delivery WHERE id IN (:wanted) AND is_reliable"

#: The states of envelopes, before a step, and what they carry and bring.
ENVELOPE_STATES = "SELECT id, state, carries, delivery_id FROM envelope WHERE id IN (:wanted)"

#: What would still go out for deliveries.
ENVELOPES_WAITING = """
    SELECT id FROM envelope WHERE delivery_id IN (:wanted) AND state IN ('queued', 'sent') ORDER BY id
    """

#: The end of the event log.
LAST_EVENT = "SELECT seq, hash FROM event ORDER BY seq DESC LIMIT 1"

#: The highest id a table has given out.
LAST_ID = {
    table.name: f"SELECT max(id) FROM {table.name}"  # noqa: S608 - our own names
    for table in (
        *(tables.message, tables.delivery, tables.envelope, tables.attempt),
        *(tables.timer, tables.task, tables.batch),
    )
}

#: A message that waits for another one.
ANY_PARKED = "SELECT 1 FROM message WHERE state = 'parked' LIMIT 1"

#: The messages we have answered.
ANSWERED = "SELECT DISTINCT message_id FROM receipt WHERE message_id IN (:wanted)"

#: The bytes of messages.
BODIES = "SELECT message.id, body.data FROM message JOIN body USING (sha256) WHERE message.id IN (:wanted)"

#: The bytes of envelopes.
ENVELOPE_BODIES = "SELECT envelope.id, body.data FROM envelope JOIN body USING (sha256) WHERE envelope.id IN (:wanted)"

#: The messages that carry ids, and the messages of threads by all their ids, both in the order of `rows.Known`.
_CARRYING = """
    SELECT reference.key, reference.role, reference.message_id, message.thread, message.direction, message.state,
           message.kind, message.type, message.topic, message.patient, message.service_type, message.msg_id,
           message.document_id, message.sender_party, message.receiver_party, message.sender_her,
           message.receiver_her, message.generated_at
    FROM reference JOIN message ON message.id = reference.message_id
    WHERE {} IN (:wanted)
    ORDER BY reference.message_id, reference.role
    """
KNOWN = _CARRYING.format("reference.key")
IN_THREADS = _CARRYING.format("message.thread")
