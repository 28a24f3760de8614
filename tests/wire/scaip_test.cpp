// SCAIP documents: the five dialects, what is lenient, what is refused with which status, and the
// answers.
#include "wire/scaip.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace varde::wire {
namespace {

scaip_request request_of(std::string_view xml) {
  const auto reading = parse_mrq(xml);
  EXPECT_TRUE(reading) << xml;
  if (!reading) return {};
  EXPECT_EQ(reading->problem, scaip_status::ok) << reading->detail << " in " << xml;
  return reading->request;
}

TEST(scaip_dialects, a_heartbeat_with_short_codes_and_no_voice) {
  const auto r = request_of(
      "<mrq><ref>00001A85</ref><cha>0</cha><mty>PI</mty><cid>26001</cid><dty>02</dty><did>00</did>"
      "<crd>no-voice:</crd><stc>102</stc></mrq>");
  EXPECT_EQ(r.ref, "00001A85");
  EXPECT_EQ(r.cid, "26001");
  EXPECT_EQ(r.type, scaip_message_type::heartbeat);
  EXPECT_EQ(r.device_type, 2U);
  EXPECT_EQ(r.sensor, "00");
  EXPECT_EQ(r.status, 102U);
  EXPECT_FALSE(wants_voice(r));
}

TEST(scaip_dialects, a_heartbeat_that_begins_with_its_type) {
  const auto r =
      request_of("<mrq><mty>PI</mty><ref>1998218577</ref><cid>10140001</cid><dty>2</dty></mrq>");
  EXPECT_EQ(r.ref, "1998218577");
  EXPECT_EQ(r.type, scaip_message_type::heartbeat);
}

TEST(scaip_dialects, an_alarm_without_a_type) {
  const auto r = request_of(
      "<mrq><ref>1193308443</ref><cid>10140001</cid><dty>3</dty><stc>10</stc><crd>gsm:</crd></"
      "mrq>");
  EXPECT_EQ(r.type, scaip_message_type::alarm);
  EXPECT_EQ(r.device_type, 3U);
  EXPECT_EQ(r.status, 10U);
  EXPECT_TRUE(wants_voice(r));
}

TEST(scaip_dialects, an_alarm_with_full_codes_and_a_place) {
  const auto r = request_of(
      "<mrq><ref>yhexGeV5E49zglfi</ref><cid>990001</cid><dty>0004</dty><mty>ME</mty><stc>0010</stc>"
      "<lco>002</lco><crd>gsm:</crd><cha>0</cha></mrq>");
  EXPECT_EQ(r.ref, "yhexGeV5E49zglfi");
  EXPECT_EQ(r.device_type, 4U);
  EXPECT_EQ(r.location, 2U);
  EXPECT_TRUE(wants_voice(r));
}

TEST(scaip_dialects, an_alarm_with_a_space_in_its_controller_id) {
  const auto r = request_of(
      "<mrq><ref>803100000003</ref><mty>ME</mty><cid> 8030001</cid><dty>0004</dty><stc>0010</stc>"
      "<crd>gsm:+</crd></mrq>");
  EXPECT_EQ(r.cid, "8030001");
  EXPECT_TRUE(wants_voice(r));
}

TEST(scaip_dialects, the_answer_of_the_facts_reads_and_writes) {
  constexpr std::string_view xml = "<mrs><ref>00001A85</ref><snu>0</snu></mrs>";
  const auto answer = parse_mrs(xml);
  ASSERT_TRUE(answer);
  EXPECT_EQ(format_mrs(*answer), xml);
}

TEST(scaip_parse, takes_declaration_blanks_comments_upper_case_and_prefixes) {
  const auto r = request_of(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n<s:MRQ xmlns:s=\"urn:x\"> <!-- a -->\r\n"
      "  <s:REF> A1 </s:REF>\r\n  <Cid>1 2 3</Cid><dty> 4 "
      "</dty><mty>in</mty><ite><![CDATA[<ja>]]></ite>"
      "</s:MRQ>\r\n");
  EXPECT_EQ(r.ref, "A1");
  EXPECT_EQ(r.cid, "123");
  EXPECT_EQ(r.device_type, 4U);
  EXPECT_EQ(r.type, scaip_message_type::information);
  EXPECT_EQ(r.information, "<ja>");
}

TEST(scaip_parse, the_status_is_a_manual_alarm_unless_said) {
  EXPECT_EQ(request_of("<mrq><ref>1</ref><cid>1</cid><dty>4</dty></mrq>").status, 10U);
}

TEST(scaip_parse, nonsense_in_a_lesser_field_does_not_lose_the_alarm) {
  const auto r = request_of(
      "<mrq><ref>1</ref><cid>1</cid><dty>4</dty><stc>abc</stc><dco>1000</dco><lco>-1</lco><pri>12</"
      "pri>"
      "<lge><geo>91,5</geo></lge><unknown><deep><deeper/></deep></unknown></mrq>");
  EXPECT_EQ(r.status, 10U);
  EXPECT_EQ(r.component, 0U);
  EXPECT_EQ(r.location, 0U);
  EXPECT_EQ(r.priority, 0U);
  EXPECT_FALSE(r.position);
}

TEST(scaip_parse, text_in_latin_1_becomes_utf_8) {
  const auto declared = request_of(
      "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><mrq><ref>1</ref><cid>1</cid><dty>4</dty>"
      "<lte>kj\xf8kken</lte></mrq>");
  const auto not_declared =
      request_of("<mrq><ref>1</ref><cid>1</cid><dty>4</dty><lte>kj\xf8kken</lte></mrq>");
  EXPECT_EQ(declared.location_text, "kjøkken");
  EXPECT_EQ(not_declared.location_text, "kjøkken");
}

TEST(scaip_parse, reads_a_position_with_its_time) {
  const auto r = request_of(
      "<mrq><ref>1</ref><cid>1</cid><dty>51</dty><lge><geo>59.9712, 10.6613</geo>"
      "<tim>2026-01-15T12:00:00Z</tim></lge></mrq>");
  ASSERT_TRUE(r.position);
  EXPECT_DOUBLE_EQ(r.position->latitude_deg, 59.9712);
  EXPECT_DOUBLE_EQ(r.position->longitude_deg, 10.6613);
  EXPECT_EQ(base::to_rfc3339(base::from_us(r.position->at_us)), "2026-01-15T12:00:00.000Z");
}

TEST(scaip_parse, many_caller_ids_are_bounded) {
  std::string xml = "<mrq><ref>1</ref><cid>1</cid><dty>4</dty>";
  for (int i = 0; i < 20; ++i) xml += "<crd>tel:" + std::string(200, '1') + "</crd>";
  const auto r = request_of(xml + "</mrq>");
  EXPECT_EQ(r.caller_ids.size(), scaip_caller_ids_max);
  EXPECT_EQ(r.caller_ids[0].size(), scaip_caller_id_characters_max);
}

TEST(scaip_parse, says_what_is_wrong_with_a_mandatory_tag) {
  struct row {
    std::string tags;
    scaip_status problem;
    std::string_view tag;
  };
  const row table[] = {
      {"<cid>1</cid><dty>4</dty>", scaip_status::mandatory_missing, "ref"},
      {"<ref/><cid>1</cid><dty>4</dty>", scaip_status::mandatory_missing, "ref"},
      {"<ref>1</ref><dty>4</dty>", scaip_status::mandatory_missing, "cid"},
      {"<ref>1</ref><cid>  </cid><dty>4</dty>", scaip_status::mandatory_missing, "cid"},
      {"<ref>1</ref><cid>1</cid>", scaip_status::mandatory_missing, "dty"},
      {"<ref>12345678901234567</ref><cid>1</cid><dty>4</dty>", scaip_status::too_long, "ref"},
      {"<ref>1</ref><cid>" + std::string(33, '1') + "</cid><dty>4</dty>", scaip_status::too_long,
       "cid"},
      {"<ref>1</ref><cid>1</cid><dty>10000</dty>", scaip_status::too_long, "dty"},
      {"<ref>1</ref><cid>1</cid><dty>99999999999999999999</dty>", scaip_status::too_long, "dty"},
      {"<ref>a-b</ref><cid>1</cid><dty>4</dty>", scaip_status::invalid_format, "ref"},
      {"<ref>1</ref><cid>\xc3\xb8</cid><dty>4</dty>", scaip_status::invalid_format, "cid"},
      {"<ref>1</ref><cid>1</cid><dty>0x4</dty>", scaip_status::invalid_format, "dty"},
      {"<ref>1</ref><cid>1</cid><dty>4</dty><mty>XX</mty>", scaip_status::wrong_content, "mty"},
  };
  for (const auto& row : table) {
    const auto reading = parse_mrq("<mrq>" + row.tags + "</mrq>");
    ASSERT_TRUE(reading) << row.tags;
    EXPECT_EQ(reading->problem, row.problem) << row.tags;
    EXPECT_EQ(reading->detail, row.tag) << row.tags;
  }
}

TEST(scaip_parse, refuses_what_is_no_request) {
  for (const auto* xml :
       {"", "hello", "<mrq>", "<mrq><ref>1</mrq>", "<mrs><ref>1</ref></mrs>", "\x01\x02"})
    EXPECT_EQ(parse_mrq(xml).error(), error::malformed_xml) << xml;
  EXPECT_EQ(parse_mrq("<mrq>" + std::string(9000, ' ') + "</mrq>").error(), error::too_long);
}

TEST(scaip_parse, reads_no_document_types_and_no_entities) {
  for (const auto* xml :
       {"<!DOCTYPE mrq SYSTEM \"http://x/\"><mrq/>",
        "<!DOCTYPE mrq [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]><mrq><ref>&b;</ref></mrq>",
        "<!doctype mrq><mrq/>", "<mrq><!ENTITY a \"b\"></mrq>"})
    EXPECT_EQ(parse_mrq(xml).error(), error::forbidden_xml) << xml;
}

TEST(scaip_parse, any_text_is_read_or_refused) {
  EXPECT_TRUE(
      rc::check([](const std::string& inner) { (void)parse_mrq("<mrq>" + inner + "</mrq>"); }));
}

TEST(scaip_signal, carries_every_field_over) {
  const auto s = to_signal(request_of("<mrq><ref>R1</ref><cid>990001</cid><dty>0005</dty><mty>RE</"
                                      "mty><stc>0021</stc><dco>7</dco>"
                                      "<did>S7</did><dte>Fallsensor</dte><stt>lukket</stt><ite>ok</"
                                      "ite><lco>011</lco><lte>Bad</lte>"
                                      "<lva>2</lva><pri>3</pri><crd>tel:1</crd><crd>no-voice:</crd>"
                                      "<lge><geo>60.1,5.2</geo></lge></mrq>"),
                           base::from_us(9), "192.0.2.7");
  EXPECT_EQ(s.id(), "990001/R1");
  EXPECT_EQ(s.protocol(), "scaip");
  EXPECT_EQ(s.device(), "990001");
  EXPECT_EQ(s.intent(), alarm::v1::INTENT_RESET);
  EXPECT_EQ(s.device_type(), 5U);
  EXPECT_EQ(s.status(), 21U);
  EXPECT_EQ(s.component(), 7U);
  EXPECT_EQ(s.sensor(), "S7");
  EXPECT_EQ(s.text(), "Fallsensor, lukket, ok");
  EXPECT_EQ(s.location(), 11U);
  EXPECT_EQ(s.location_text(), "Bad, 2");
  EXPECT_EQ(s.priority(), 3U);
  EXPECT_EQ(s.caller_ids_size(), 2);
  EXPECT_DOUBLE_EQ(s.position().latitude_deg(), 60.1);
  EXPECT_EQ(s.received_at_us(), 9);
  EXPECT_EQ(s.source(), "192.0.2.7");
  EXPECT_EQ(s.occurred_at_us(), 0);
  EXPECT_EQ(s.trace(), "");
}

scaip_request alarm_with(std::vector<std::string> caller_ids,
                         scaip_message_type type = scaip_message_type::alarm) {
  scaip_request r;
  r.ref = "R1";
  r.type = type;
  r.caller_ids = std::move(caller_ids);
  return r;
}

TEST(scaip_answer, a_voice_alarm_is_told_where_to_call) {
  for (const auto* id : {"sip:26001@192.0.2.7", "tel:+4755550100", "gsm:", "GSM:+"})
    EXPECT_EQ(format_mrs(answer_for(alarm_with({"no-voice:", id}), alarm::verdict::received,
                                    "+4755550199")),
              "<mrs><ref>R1</ref><snu>0</snu><mre>1</mre><cre>62</cre><tnu>+4755550199</tnu></mrs>")
        << id;
}

TEST(scaip_answer, what_takes_no_call_is_told_to_open_nothing) {
  constexpr auto quiet = "<mrs><ref>R1</ref><snu>0</snu><mre>0</mre></mrs>";
  const auto received = alarm::verdict::received;
  EXPECT_EQ(format_mrs(answer_for(alarm_with({"no-voice:"}), received, "113")), quiet);
  EXPECT_EQ(format_mrs(answer_for(alarm_with({}), received, "113")), quiet);
  EXPECT_EQ(format_mrs(answer_for(alarm_with({"gsm:"}), received, "")), quiet) << "no number";
  for (const auto type :
       {scaip_message_type::reset, scaip_message_type::heartbeat, scaip_message_type::information})
    EXPECT_EQ(format_mrs(answer_for(alarm_with({"gsm:"}, type), received, "113")), quiet);
}

TEST(scaip_answer, what_was_not_taken_is_said_so) {
  EXPECT_EQ(format_mrs(answer_for(alarm_with({"gsm:"}), alarm::verdict::busy, "113")),
            "<mrs><ref>R1</ref><snu>6</snu></mrs>");
  EXPECT_EQ(format_mrs(answer_for(alarm_with({"gsm:"}), alarm::verdict::refused, "113")),
            "<mrs><ref>R1</ref><snu>5</snu></mrs>");
}

TEST(scaip_answer, every_answer_reads_as_it_was_written) {
  const scaip_response full{
      "R1", scaip_status::wrong_content, "<mty> & more", scaip_media::speaker, 61, "sip:a@b"};
  const auto read = parse_mrs(format_mrs(full));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->ref, full.ref);
  EXPECT_EQ(read->status, full.status);
  EXPECT_EQ(read->text, full.text);
  EXPECT_EQ(read->media, full.media);
  EXPECT_EQ(read->call, full.call);
  EXPECT_EQ(read->number, full.number);
}

TEST(scaip_answer, an_answer_without_ref_or_known_status_is_refused) {
  for (const auto* xml :
       {"<mrs><snu>0</snu></mrs>", "<mrs><ref>1</ref></mrs>", "<mrs><ref>1</ref><snu>8</snu></mrs>",
        "<mrs><ref>1</ref><snu>x</snu></mrs>"})
    EXPECT_EQ(parse_mrs(xml).error(), error::malformed_xml) << xml;
}

TEST(scaip_profiles, an_unknown_name_is_the_default) {
  EXPECT_FALSE(find_scaip_profile("").mrs_in_200);
  EXPECT_FALSE(find_scaip_profile("nobody's").mrs_in_200);
  EXPECT_TRUE(find_scaip_profile("mrs-in-200").mrs_in_200);
  EXPECT_EQ(find_scaip_profile("plain-xml").content_type, "application/xml");
}

}  // namespace
}  // namespace varde::wire
