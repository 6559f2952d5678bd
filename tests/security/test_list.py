"""Each line of the list of what is secured, and the tests that hold it: none of them may be lost."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
_PARSE, _GATE, _PACKAGE = "unit/wire/test_parse.py", "unit/trust/test_gate.py", "unit/envelope/test_package.py"
_CMS, _XML = "unit/trust/test_cms.py", "security/test_xml_attacks.py"
_OPENING, _SIGNER = "unit/service/courier/test_opening.py", "unit/service/courier/test_signer.py"
_RECEIVE = "unit/service/courier/test_receive.py"

LIST: dict[str, tuple[tuple[str, str], ...]] = {
    "a document type is refused, in any encoding": (
        (_PARSE, "test_a_document_type_is_refused_in_every_disguise"),
        (_GATE, "test_a_document_type_before_a_genuine_message_is_refused"),
        (_GATE, "test_a_document_type_in_sixteen_bits_is_refused"),
        ("unit/wire/test_glance.py", "test_a_document_type_is_refused_before_it_is_read"),
        (_XML, "test_a_document_type_does_nothing_but_be_refused"),
        (_XML, "test_a_document_type_that_the_first_look_overlooks_is_refused_all_the_same"),
        (_XML, "test_what_utf_7_hides_is_found"),
    ),
    "nothing is fetched, no entity is resolved, no schema location is followed": (
        (_XML, "test_a_document_type_does_nothing_but_be_refused"),
        (_XML, "test_addresses_in_a_document_lead_nowhere"),
        ("unit/check/test_schema.py", "test_a_schema_location_in_a_document_is_ignored"),
        (_PACKAGE, "test_a_reference_to_something_on_the_network_is_refused"),
    ),
    "bytes, depth, attributes and elements are limited before anything is validated": (
        (_PARSE, "test_what_is_beyond_the_limits_is_refused"),
        ("unit/wire/test_glance.py", "test_elements_are_counted_where_there_may_be_too_many"),
        ("security/test_cost.py", "test_hostile_bytes_cost_no_more_than_their_number"),
        (_XML, "test_what_is_no_acceptable_document_is_refused"),
    ),
    "no identifier makes a pattern backtrack": (
        ("unit/check/test_schema.py", "test_a_huge_identifier_is_refused_at_once"),
        ("unit/check/test_schema.py", "test_the_slow_identifier_pattern_of_a_foreign_file_is_made_quick"),
    ),
    "values are read without comments and instructions": (
        (_PARSE, "test_comments_and_instructions_never_split_a_text"),
        (_GATE, "test_a_comment_cannot_cut_a_value"),
    ),
    "a signature has one place and one shape": (
        (_GATE, "test_two_signatures_are_refused"),
        (_GATE, "test_a_signature_that_is_not_last_is_refused"),
        (_GATE, "test_a_reference_to_anything_but_the_whole_message_is_refused"),
        (_GATE, "test_more_references_than_one_are_refused"),
        (_GATE, "test_no_reference_at_all_is_refused"),
        (_GATE, "test_transforms_that_the_standard_does_not_have_are_refused"),
        (_GATE, "test_what_is_not_built_as_the_standard_has_it_is_refused"),
        (_PACKAGE, "test_a_signature_that_is_moved_is_not_found"),
        (_PACKAGE, "test_no_filter_is_let_through_but_that_of_the_standard"),
    ),
    "a genuine message inside a forged one is not believed": (
        (_GATE, "test_the_genuine_message_nested_in_a_forged_one_is_refused"),
        (_GATE, "test_the_genuine_message_moved_aside_and_named_by_id_is_refused"),
        (_GATE, "test_the_genuine_message_inside_the_signature_is_refused"),
        (_PACKAGE, "test_a_genuine_message_wrapped_in_another_is_not_believed"),
        (_PACKAGE, "test_a_second_header_does_not_hide_a_signature"),
    ),
    "what was changed is refused": (
        (_GATE, "test_a_changed_message_is_refused"),
        (_GATE, "test_a_changed_digest_is_refused"),
        (_GATE, "test_a_changed_signature_value_is_refused"),
        (_PACKAGE, "test_a_changed_envelope_is_not_believed"),
        (_PACKAGE, "test_a_changed_part_is_not_believed"),
    ),
    "no secret that everybody knows signs anything": (
        (_GATE, "test_a_secret_that_everybody_knows_signs_nothing"),
        ("oracle/test_envelope_attacks.py", "test_an_attack_is_refused"),
    ),
    "no key counts but that of a certificate": (
        (_GATE, "test_the_certificate_of_somebody_else_is_refused"),
        (_GATE, "test_a_key_that_no_certificate_vouches_for_is_not_used"),
        (_GATE, "test_a_key_beside_the_certificate_is_not_used"),
    ),
    "only what is signed is passed on": (
        ("unit/trust/test_signature.py", "test_what_travels_on_is_what_was_signed"),
        (_PACKAGE, "test_a_part_that_is_listed_but_not_signed_is_not_believed"),
        (_PACKAGE, "test_a_part_that_is_neither_listed_nor_signed_is_left_out"),
        (_PACKAGE, "test_a_block_for_the_next_server_may_change_on_the_way_and_says_nothing"),
        (_SIGNER, "test_a_header_that_is_not_signed_has_no_say"),
    ),
    "every failure to decrypt is the same": (
        (_CMS, "test_every_failure_is_the_same"),
        (_CMS, "test_a_wrong_wrapped_key_leads_to_the_same_content_each_time"),
        (_OPENING, "test_every_content_that_cannot_be_decrypted_is_refused_in_the_same_words"),
        (_OPENING, "test_3des_that_cannot_be_decrypted_is_refused_in_the_same_words"),
        (_RECEIVE, "test_refused_3des_is_answered_alike_whether_it_could_be_decrypted_or_not"),
    ),
    "what is packed is unpacked so far and no further": (
        ("unit/trust/test_payload.py", "test_a_bomb_is_stopped_at_the_limit"),
        (_CMS, "test_a_content_that_is_too_large_is_not_decrypted"),
        (_OPENING, "test_a_content_that_grows_beyond_the_limit_is_refused"),
    ),
    "SHA-1 comes in by a dated exception and never goes out": (
        ("unit/trust/test_signature.py", "test_sha_1_needs_an_exception"),
        (_PACKAGE, "test_sha_1_is_only_let_through_by_an_exception"),
        ("unit/config/test_trust.py", "test_an_exception_for_sha_1_is_a_partys_and_ends"),
        (_SIGNER, "test_sha1_is_refused_without_an_exception"),
        (_SIGNER, "test_sha1_is_taken_until_the_last_day_of_the_senders_exception"),
        ("security/test_outbound.py", "test_nothing_old_is_written"),
    ),
    "3DES comes in by a dated exception and never goes out": (
        ("unit/config/test_trust.py", "test_an_exception_for_3des_is_a_partys_and_ends_with_its_last_day_in_norway"),
        (_OPENING, "test_3des_is_refused_without_an_exception"),
        (_OPENING, "test_the_exception_of_another_party_lets_no_3des_through"),
        (_OPENING, "test_no_key_is_used_on_3des_that_is_refused"),
        (_OPENING, "test_3des_is_taken_until_the_last_day_of_the_senders_exception_and_noted"),
        (_RECEIVE, "test_3des_without_an_exception_is_not_acknowledged_and_its_sender_told_why"),
        ("security/test_outbound.py", "test_contents_are_encrypted_by_aes_256"),
    ),
    "no person stands in a log or an error": (
        ("unit/trust/test_reference.py", "test_no_message_is_ever_logged"),
        ("unit/service/test_logs.py", "test_a_defect_is_told_by_its_place_and_never_by_what_it_had_in_hand"),
        (_PARSE, "test_the_error_has_the_line_and_no_word_of_the_message"),
        ("unit/check/test_schema.py", "test_no_message_quotes_the_document"),
        (_OPENING, "test_nothing_of_a_person_is_told"),
        ("unit/trust/test_payload.py", "test_what_a_document_says_is_not_shown"),
    ),
    "no secret stands in a repr": (
        ("unit/trust/test_store.py", "test_nothing_secret_is_shown"),
        ("unit/trust/test_certificate.py", "test_nothing_of_the_holder_stands_in_its_repr"),
        (_OPENING, "test_the_standards_show_no_keys"),
    ),
    "no name from outside becomes a path": (
        ("unit/channel/test_name.py", "test_anything_that_could_be_more_than_a_file_is_refused"),
        ("unit/channel/test_name.py", "test_a_source_that_leads_elsewhere_is_refused"),
        ("unit/channel/test_folder_sending.py", "test_a_name_never_leads_out_of_the_outbox"),
        ("unit/channel/test_folder_sending.py", "test_staging_never_writes_through_a_link"),
        ("unit/envelope/test_mime.py", "test_no_value_breaks_out_of_its_header"),
    ),
    "style sheets are not run, and schemas have no document type": (
        (_XML, "test_nothing_is_transformed_by_a_style_sheet"),
        ("unit/check/test_schema.py", "test_no_schema_file_has_a_document_type"),
    ),
    "no bytes make a reader fail otherwise, hang, or fill the memory": (
        ("security/test_outside.py", "test_nothing_but_a_refusal_comes_of_changed_bytes"),
        ("security/test_outside.py", "test_nothing_but_a_refusal_comes_of_rubbish"),
        ("security/test_cost.py", "test_hostile_bytes_cost_no_more_than_their_number"),
    ),
}


@cache
def _tests(file: str) -> frozenset[str]:
    """Return the tests that a file has, those of its classes too."""
    nodes = ast.walk(ast.parse((TESTS / file).read_text("utf-8")))
    return frozenset(node.name for node in nodes if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"))


@pytest.mark.parametrize("line", list(LIST))
def test_each_line_is_held_by_tests(line: str) -> None:
    assert LIST[line]
    assert [(file, name) for file, name in LIST[line] if name not in _tests(file)] == []
