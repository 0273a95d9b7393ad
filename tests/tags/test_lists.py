"""The lists of authorities and services, in the forms in which they are published.

Of OFAC there are real files (last tests). Those of SDN.XML, SDN_ADVANCED.XML, the EU, the UK, the UN and OpenSanctions
here are written after the published formats, with made-up parties and valid addresses.
"""

import json
import re
from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dyepack.cli import run
from dyepack.errors import DyepackError, InputError
from dyepack.store import Store
from dyepack.tags import Choice, Layout, load_tags
from dyepack.tags.codes import Place, in_text, place
from dyepack.tags.formats import reader
from dyepack.tags.statement import Refused, Statement, tags
from tests.conftest import ROOT, shared

ETH = "0x28c6c06298d514db089934071355e5743bf21d60"
BTC = "1Archive1n2C579dMsAu3iC6tWzuQJz8dN"
BTC_BAD = "1Archive1n2C579dMsAu3iC6tWzuQJz8dM"
TRX = "TUCsTq7TofTCJRRoHk6RvhMoS2mJLm5Yzq"
BECH = "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"
LTC = "LbgDyHCVc6UwsKuDzt5jKwFdG5TLsN5tbf"


@pytest.fixture
def store(tmp_path):
    with Store.open(tmp_path / "w", create=True) as store:
        yield store


def load(store, tmp_path, name, text, **choice):
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    (loaded,) = load_tags(store, [path], choice=Choice(**choice))
    return loaded


def day(text):
    return date.fromisoformat(text)


def said(store):
    return sorted((tag.chain, tag.address, tag.name, tag.code) for tag in store.records("tags"))


# ── codes and addresses in text


@pytest.mark.parametrize(
    ("code", "address", "chain"),
    [
        ("XBT", BTC, "bitcoin"),
        ("ETH", ETH, "ethereum"),
        ("BSC", ETH, "bsc"),
        ("ARB", ETH, "arbitrum"),
        ("USDT", ETH, "ethereum"),
        ("USDT", TRX, "tron"),
        ("USDT", BTC, "bitcoin"),
        ("USDC", ETH, "ethereum"),
        ("XVG", "DFFJhnQNZf8rf67tYnesPu7MuGUpYtzv7Z", "verge"),
    ],
)
def test_the_code_says_which_chain_and_a_token_s_code_leaves_it_to_the_address(code, address, chain):
    assert place(code, address).chain == chain


@pytest.mark.parametrize(
    ("code", "address", "reason"),
    [
        ("XBT", TRX, "not an address on bitcoin.*it is one on tron"),
        ("XBT", BTC_BAD, "checksum"),
        ("ETH", BTC, "0x and 40 hex"),
        ("NOPE", BTC, "no chain is called"),
        ("USDT", "rnXyVQzgxZe7TR1EPzTkGj2jxH4LMJYh66", "form of no chain that carries it"),
    ],
)
def test_what_is_no_address_of_its_code_is_refused_and_never_moved_elsewhere(code, address, reason):
    with pytest.raises(Refused, match=reason):
        place(code, address)


def test_addresses_are_found_in_running_text_by_code_and_checksum():
    text = f"Wallets: BTC {BTC}; {BECH}, ETH: {ETH} and ({TRX}); LTC={LTC}. Passport A1234567, tel. 0044 1234567890"
    found = [(one.chain, one.address) for _, one in in_text(text) if isinstance(one, Place)]
    assert found == [("bitcoin", BTC), ("bitcoin", BECH), ("ethereum", ETH), ("tron", TRX), ("litecoin", LTC)]


def test_what_only_looks_like_an_address_in_text_is_told():
    ((written, found),) = in_text(f"his address is {BTC_BAD}.")
    assert written == BTC_BAD
    assert isinstance(found, Refused)
    assert "valid on no chain" in found.reason


# ── OFAC

ROW = '36,"DOE, John",individual,CYBER2,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,"{}"\n'


def test_sdn_csv(store, tmp_path):
    remarks = f"DOB 1 Jan 1970; Digital Currency Address - XBT {BTC}; alt. Digital Currency Address - ETH {ETH}."
    text = ROW.format(remarks) + "37,ACME,-0- ,CUBA,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- \n\x1a\n"
    loaded = load(store, tmp_path, "sdn.csv", text, edition=day("2023-01-13"))
    assert (loaded.form, loaded.statements, loaded.rejected, loaded.list_name) == ("OFAC SDN.CSV", 2, 0, "ofac")
    assert said(store) == [("bitcoin", BTC, "DOE, John", "XBT"), ("ethereum", ETH, "DOE, John", "ETH")]
    (first, _) = store.records("tags")
    assert (first.concept, first.confidence, first.creator) == ("sanction", "authority_data", "US Treasury, OFAC")


def test_a_remark_that_is_cut_off_is_told_and_what_is_missing_is_not_taken_for_delisted(store, tmp_path):
    """SDN.CSV cuts remarks after 1,000 letters: in January 2023 that hid most addresses of Hydra and Tornado Cash."""
    load(store, tmp_path, "sanctioned_addresses_XBT.txt", f"{BTC}\n{BECH}\n", edition=day("2022-12-01"))
    whole = f"Digital Currency Address - XBT {BTC}; " + "Email a@b.example; " * 100
    text = ROW.format(whole[:980] + "Digital Currency Add")
    assert len(whole[:980] + "Digital Currency Add") == 1000
    loaded = load(store, tmp_path, "sdn.csv", text, edition=day("2023-01-13"))
    assert loaded.rejected == 1
    assert "cut off after 1000 letters" in loaded.reasons[0]
    assert "not taken for delisted" in loaded.warnings[0]
    assert {(tag.address, tag.valid_to) for tag in store.records("tags")} == {(BTC, None), (BECH, None)}


SDN_XML = f"""<?xml version="1.0" standalone="yes"?>
<sdnList xmlns="https://example.com/XML">
  <publshInformation><Publish_Date>07/30/2024</Publish_Date><Record_Count>2</Record_Count></publshInformation>
  <sdnEntry><uid>1</uid><firstName>Jane</firstName><lastName>ROE</lastName><sdnType>Individual</sdnType>
    <idList>
      <id><uid>2</uid><idType>Digital Currency Address - XBT</idType><idNumber>{BTC}</idNumber></id>
      <id><uid>3</uid><idType>Passport</idType><idNumber>A1</idNumber></id>
      <id><uid>4</uid><idType>Digital Currency Address - XBT</idType><idNumber>{TRX}</idNumber></id>
    </idList>
  </sdnEntry>
</sdnList>
"""
ADVANCED = f"""<?xml version="1.0"?>
<Sanctions xmlns="https://example.com/ADVANCED_XML">
  <DateOfIssue CalendarTypeID="1"><Year>2024</Year><Month>7</Month><Day>31</Day></DateOfIssue>
  <ReferenceValueSets><FeatureTypeValues>
    <FeatureType ID="8" FeatureTypeGroupID="1">Birthdate</FeatureType>
    <FeatureType ID="345" FeatureTypeGroupID="1">Digital Currency Address - ETH</FeatureType>
  </FeatureTypeValues></ReferenceValueSets>
  <DistinctParties><DistinctParty FixedRef="1"><Profile ID="1">
    <Identity ID="1" Primary="true">
      <Alias Primary="false"><DocumentedName><DocumentedNamePart><NamePartValue>OTHER</NamePartValue>
        </DocumentedNamePart></DocumentedName></Alias>
      <Alias Primary="true"><DocumentedName><DocumentedNamePart><NamePartValue>ROE</NamePartValue></DocumentedNamePart>
        <DocumentedNamePart><NamePartValue>Jane</NamePartValue></DocumentedNamePart></DocumentedName></Alias>
    </Identity>
    <Feature ID="1" FeatureTypeID="8"><FeatureVersion><VersionDetail>1970</VersionDetail></FeatureVersion></Feature>
    <Feature ID="2" FeatureTypeID="345"><FeatureVersion ID="3"><VersionDetail DetailTypeID="1432">{ETH}</VersionDetail>
    </FeatureVersion></Feature>
  </Profile></DistinctParty></DistinctParties>
</Sanctions>
"""


def test_sdn_xml_says_its_day_and_keeps_an_invalid_address_in_rejects(store, tmp_path):
    loaded = load(store, tmp_path, "sdn.xml", SDN_XML)
    assert (loaded.statements, loaded.rejected, str(loaded.edition)) == (1, 1, "2024-07-30")
    assert said(store) == [("bitcoin", BTC, "ROE Jane", "XBT")]
    (reject,) = store.records("rejects")
    assert (reject.line, reject.field) == (8, "address")
    assert "it is one on tron" in reject.reason


def test_sdn_advanced_xml(store, tmp_path):
    loaded = load(store, tmp_path, "advanced.xml", ADVANCED)
    assert str(loaded.edition) == "2024-07-31"
    assert said(store) == [("ethereum", ETH, "ROE Jane", "ETH")]


ENHANCED = f"""<?xml version="1.0" encoding="utf-8"?>
<sanctionsData xmlns="https://sanctionslistservice.ofac.treas.gov/api/PublicationPreview/exports/ENHANCED_XML">
<publicationInfo><dataAsOf>2026-09-10T00:00:00</dataAsOf></publicationInfo>
<entities><entity id="1"><names>
<name id="1"><isPrimary>false</isPrimary><translations><translation id="1"><isPrimary>true</isPrimary>
<formattedFullName>ALSO ROE</formattedFullName></translation></translations></name>
<name id="2"><isPrimary>true</isPrimary><translations>
<translation id="2"><isPrimary>false</isPrimary><formattedFullName>РОУ</formattedFullName></translation>
<translation id="3"><isPrimary>true</isPrimary><formattedFullName>ROE, Jane</formattedFullName></translation>
</translations></name></names>
<features>
<feature id="9"><type featureTypeId="344">Digital Currency Address - XBT</type><value>{BTC}</value></feature>
<feature id="10"><type featureTypeId="1167">Digital Currency Address - USDT</type><value>{TRX}</value></feature>
<feature id="11"><type featureTypeId="344">Digital Currency Address - XBT</type><value>{BTC_BAD}</value></feature>
<feature id="12"><type featureTypeId="8">Birthdate</type><value>1970</value></feature>
</features></entity></entities></sanctionsData>
"""


def test_sdn_enhanced_xml(store, tmp_path):
    loaded = load(store, tmp_path, "SDN_ENHANCED.xml", ENHANCED)
    assert (loaded.statements, loaded.rejected, str(loaded.edition)) == (2, 1, "2026-09-10")
    assert said(store) == [("bitcoin", BTC, "ROE, Jane", "XBT"), ("tron", TRX, "ROE, Jane", "USDT")]


def test_seizure_orders_of_israel_go_to_the_chain_of_each_address(store, tmp_path):
    header = "schema,order_id,start_date,end_date,last_updated,name,wallet_address,currency,order_url"
    rows = [
        f"Wallet,ASO 1/25,2025-07-01,2027-07-01,2026-07-01,,{TRX},USDT,https://a",
        f'Wallet,ASO 2/22,2022-07-01,2024-07-01,2026-07-01,Jane Roe,"{ETH}\n{BTC}, {LTC}",,',
        "Wallet,ASO 3/26,2026-07-01,2028-07-01,2026-07-01,,TXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX,,",
        "Account,ASO 4/26,2026-07-01,2028-07-01,2026-07-01,,,,",
    ]
    loaded = load(store, tmp_path, "seizures.csv", "\n".join([header, *rows]) + "\n")
    assert (loaded.statements, loaded.rejected, str(loaded.edition)) == (4, 1, "2026-07-01")
    assert loaded.unread == ("currency",)
    found = {
        tag.address: (tag.chain, tag.name, str(tag.valid_from), tag.valid_to and str(tag.valid_to))
        for tag in store.records("tags")
    }
    assert found == {
        TRX: ("tron", "seizure order ASO 1/25", "2025-07-01", None),
        ETH: ("ethereum", "Jane Roe", "2022-07-01", "2024-07-01"),
        BTC: ("bitcoin", "Jane Roe", "2022-07-01", "2024-07-01"),
        LTC: ("litecoin", "Jane Roe", "2022-07-01", "2024-07-01"),
    }


def test_orders_that_name_nobody_can_be_given_one_name(store, tmp_path, monkeypatch, capsys):
    header = "order_id,start_date,last_updated,name,wallet_address,order_url"
    (tmp_path / "s.csv").write_text(f"{header}\nASO 1,2025-07-01,2026-07-01,,{TRX},\nASO 2,,,Jane Roe,{ETH},\n")
    monkeypatch.chdir(tmp_path)
    assert run(["-w", "v", "load-tags", "s.csv", "--name", "Israel's orders"]) == 0
    with Store.open(tmp_path / "v") as named:
        assert sorted(tag.name for tag in named.records("tags")) == ["Israel's orders", "Jane Roe"]
    assert run(["-w", "v", "load-tags", "s.csv", "--name", "x", "--concept", "theft"]) == 1
    assert "without them" in capsys.readouterr().err


def test_a_line_that_is_no_entity_is_one_reject(store, tmp_path):
    good = '{"id": "a", "schema": "CryptoWallet", "properties": {"publicKey": ["%s"], "name": ["Roe"]}}'
    lines = [good % BTC, "{", '{"id": "b", "id": "c", "schema": "CryptoWallet", "properties": {}}', good % TRX]
    loaded = load(store, tmp_path, "entities.ftm.json", "\n".join(lines), edition=day("2026-01-01"))
    assert (loaded.tags, loaded.rejected) == (2, 2)
    assert "the name 'id' stands twice" in loaded.reasons[1]


@pytest.mark.parametrize("name", ["sdn.csv", "sanctioned_addresses_ETH.txt"])
def test_a_list_that_does_not_say_its_day_wants_it(store, tmp_path, name):
    text = ROW.format(f"Digital Currency Address - ETH {ETH}.") if name == "sdn.csv" else ETH
    with pytest.raises(InputError, match=r"does not say its day; give it with --edition"):
        load(store, tmp_path, name, text)
    assert not store.parts("tags")


def test_an_address_list_with_names(store, tmp_path):
    text = f'{BTC};"Hydra Market;Hydra;Hydra Marketplace"\n{BECH};Valerian Labs, Inc.\n'
    load(store, tmp_path, "sanctioned_addresses_XBT.txt", text, edition=day("2025-11-27"))
    assert [name for _, _, name, _ in said(store)] == ["Hydra Market", "Valerian Labs, Inc."]


# ── EU, UK, UN

EU_XML = f"""<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<export xmlns="http://eu.europa.ec/fpi/fsd/export" generationDate="2024-12-11T21:24:35.826+01:00" globalFileId="1">
  <sanctionEntity designationDetails="" euReferenceNumber="EU.1.1" logicalId="13">
    <remark>Operates wallets, among them BTC {BTC} and {BTC_BAD}</remark>
    <subjectType code="person" classificationCode="P"/>
    <nameAlias firstName="Jane" lastName="Roe" wholeName="Jane Roe" strong="true" logicalId="17"/>
    <nameAlias wholeName="J. R." strong="false" logicalId="18"/>
    <identification number="{ETH}" identificationTypeCode="other" identificationTypeDescription="Wallet"/>
  </sanctionEntity>
</export>
"""
EU_HEADER = (
    "fileGenerationDate;Entity_LogicalId;Entity_EU_ReferenceNumber;Entity_UnitedNationId;Entity_DesignationDate;"
    "Entity_DesignationDetails;Entity_Remark;Entity_SubjectType;NameAlias_WholeName;Identification_Number"
)
EU_CSV = f"""\ufeff{EU_HEADER}
11/12/2024;13;EU.1.1;;;;BTC {BTC};P;Jane Roe;
11/12/2024;13;EU.1.1;;;;BTC {BTC};P;J. R.;
11/12/2024;13;EU.1.1;;;Uses TRX {TRX};;P;;{ETH}
"""
UK_CSV = f"""Last Updated,03/06/2024
Name 6,Name 1,Name 2,Title,National Identification Number,Other Information,Group Type,Alias Type,Last Updated,Group ID
ROE,Jane,,,,"(UK Sanctions List Ref):CYB0001. Digital currency: {BTC}, {TRX}",Individual,Primary name,x,1
ACME,,,,,Phone +44 20 7946 0000,Entity,Primary name,01/02/2024,2
"""
UKSL_HEADER = (
    "Last Updated,Unique ID,OFSI Group ID,UN Reference Number,Name 6,Name 1,Name 2,Name 3,Name 4,Name 5,Name type,"
    "Designation Type,Other Information,UK Statement of Reasons,Website,National Identifier number,"
    "National Identifier additional information,Business registration number (s)"
)
UKSL_CSV = f"""Report Date: 13-Feb-2026
{UKSL_HEADER}
01/01/2026,CYB0001,1,,ROE,Jane,,,,,Primary Name,Individual,,"Uses {ETH} to launder",,,BTC wallet {BTC},
"""
UK_XML = f"""<?xml version="1.0" encoding="utf-8"?>
<Designations><DateGenerated>21/09/2026</DateGenerated><Designation>
  <LastUpdated>01/09/2026</LastUpdated><UniqueID>CYB0001</UniqueID>
  <Names>
    <Name><Name6>J. R.</Name6><NameType>Alias</NameType></Name>
    <Name><Name1>Jane</Name1><Name6>ROE</Name6><NameType>Primary Name</NameType></Name>
  </Names>
  <IndividualEntityShip>Individual</IndividualEntityShip>
  <OtherInformation>Digital currency: {BTC}</OtherInformation>
  <UKStatementofReasons>Uses {ETH} to launder</UKStatementofReasons>
</Designation></Designations>
"""
UN_XML = f"""<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<CONSOLIDATED_LIST xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" dateGenerated="2024-08-04T23:00:00.000Z">
  <INDIVIDUALS><INDIVIDUAL><DATAID>1</DATAID><FIRST_NAME>JANE</FIRST_NAME><SECOND_NAME>ROE</SECOND_NAME>
    <REFERENCE_NUMBER>KPi.033</REFERENCE_NUMBER><LISTED_ON>2014-01-01</LISTED_ON>
    <COMMENTS1>Bitcoin wallet {BTC}</COMMENTS1><INDIVIDUAL_ALIAS><QUALITY/><ALIAS_NAME/></INDIVIDUAL_ALIAS>
    <INDIVIDUAL_DOCUMENT><TYPE_OF_DOCUMENT>Wallet</TYPE_OF_DOCUMENT><NUMBER>{ETH}</NUMBER></INDIVIDUAL_DOCUMENT>
  </INDIVIDUAL></INDIVIDUALS>
  <ENTITIES><ENTITY><DATAID>2</DATAID><FIRST_NAME>ACME</FIRST_NAME><COMMENTS1>none</COMMENTS1></ENTITY></ENTITIES>
</CONSOLIDATED_LIST>
"""


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("eu.xml", EU_XML, ("2024-12-11", [("bitcoin", BTC, "Jane Roe"), ("ethereum", ETH, "Jane Roe")])),
        (
            "eu.csv",
            EU_CSV,
            ("2024-12-11", [(c, a, "Jane Roe") for c, a in (("bitcoin", BTC), ("ethereum", ETH), ("tron", TRX))]),
        ),
        ("conlist.csv", UK_CSV, ("2024-06-03", [("bitcoin", BTC, "Jane ROE"), ("tron", TRX, "Jane ROE")])),
        ("uksl.csv", UKSL_CSV, ("2026-02-13", [("bitcoin", BTC, "Jane ROE"), ("ethereum", ETH, "Jane ROE")])),
        ("uksl.xml", UK_XML, ("2026-09-21", [("bitcoin", BTC, "Jane ROE"), ("ethereum", ETH, "Jane ROE")])),
        ("un.xml", UN_XML, ("2024-08-04", [("bitcoin", BTC, "JANE ROE"), ("ethereum", ETH, "JANE ROE")])),
    ],
)
def test_addresses_in_the_texts_of_a_list(store, tmp_path, name, text, told):
    edition, expected = told
    loaded = load(store, tmp_path, name, text)
    assert (str(loaded.edition), loaded.rejected) == (edition, int(BTC_BAD in text))
    assert [row[:3] for row in said(store)] == expected
    assert {tag.concept for tag in store.records("tags")} == {"sanction"}


# ── OpenSanctions


def test_opensanctions_json_lines_name_the_holder_wherever_it_stands(store, tmp_path):
    lines = [
        {
            "id": "w",
            "schema": "CryptoWallet",
            "datasets": ["us_ofac_sdn"],
            "last_seen": "2024-05-13T06:40:02",
            "properties": {"publicKey": [BTC], "currency": ["XBT"], "holder": ["h"], "topics": ["sanction"]},
        },
        {"id": "v", "schema": "CryptoWallet", "properties": {"publicKey": [ETH], "topics": ["crime.terror"]}},
        {"id": "u", "schema": "CryptoWallet", "properties": {"publicKey": [BTC_BAD], "currency": ["BTC"]}},
        {"id": "h", "schema": "Person", "caption": "Jane Roe", "properties": {"name": ["Jane Roe"]}},
    ]
    text = "".join(json.dumps(line) + "\n" for line in lines)
    loaded = load(store, tmp_path, "entities.ftm.json", text)
    assert (loaded.statements, loaded.rejected, str(loaded.edition)) == (2, 1, "2024-05-13")
    tags = {tag.address: tag for tag in store.records("tags")}
    assert (tags[BTC].name, tags[BTC].concept) == ("Jane Roe", "sanction")
    assert tags[BTC].source == "https://www.opensanctions.org/datasets/us_ofac_sdn"
    assert tags[ETH].concept == "terrorism"


def test_opensanctions_simple_csv(store, tmp_path):
    header = (
        "id,schema,name,aliases,birth_date,countries,identifiers,sanctions,dataset,first_seen,last_seen,last_change"
    )
    rows = [
        f"1,CryptoWallet,{BTC},,,,{BTC},,US OFAC,2023-01-01,2024-05-13T06:40:02,2024-01-01",
        f"2,Person,Jane Roe,,,,passport;{ETH},,EU,2023-01-01,2024-05-12,2024-01-01",
    ]
    load(store, tmp_path, "targets.simple.csv", "\n".join([header, *rows]) + "\n")
    assert [row[:3] for row in said(store)] == [
        ("bitcoin", BTC, "on the list opensanctions"),
        ("ethereum", ETH, "Jane Roe"),
    ]


# ── lists of services


def test_lists_of_services_and_words_that_mean_no_concept(store, tmp_path):
    load(store, tmp_path, "addresses.csv", f"entity,chain,address\nsome-cex,ethereum,{ETH}\nx,methodology,https\n")
    load(store, tmp_path, "labels.csv", f"chain,address,name,category\nbnb,{ETH},Some 1,cex\n")
    told = {ETH: {"name": "Some: Hot", "labels": ["huobi", "old-contract"]}, "0x12": {"name": "x", "labels": []}}
    loaded = load(store, tmp_path, "names.json", json.dumps(told))
    assert loaded.unread == ("old-contract (1)",)
    assert loaded.rejected == 1
    found = {(tag.pack, tag.chain, tag.name, tag.concept, tag.confidence) for tag in store.records("tags")}
    assert found == {
        ("DefiLlama exchange addresses", "ethereum", "some-cex", "exchange", "service_data"),
        ("Dune spellbook", "bsc", "Some 1", "exchange", "web_crawl"),
        ("names", "ethereum", "Some: Hot", "exchange", "web_crawl"),
    }


# ── what strangers send

BOMB = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;">]><sdnList>&b;</sdnList>'


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("x.xml", "", r"x\.xml:1: expected XML: no element found"),
        ("x.xml", "<sdnList><sdnEntry></sdnList>", r"x\.xml:1: expected XML: mismatched tag"),
        (
            "x.xml",
            "<other/>",
            "expected sdnList, Sanctions, sanctionsData, export, .* as first element, got 'other'",
        ),
        ("x.xml", BOMB, r"x\.xml:1: a document type is not read here"),
        ("x.xml", "<sdnList>" + "<a>" * 200 + "</a>" * 200 + "</sdnList>", "at most 64 levels"),
        ("x.json", "[1]", "expected one JSON object a line"),
        ("x.json", '{"0x12": ', "expected a JSON object of addresses"),
        ("x.csv", "", "got an empty file"),
        ("x.csv", b"a,b\n\xff,1\n", "expected text in UTF-8"),
        ("x.pdf", "%PDF", "expected a TagPack"),
    ],
)
def test_a_bad_file_is_one_clear_line(store, tmp_path, name, text, reason):
    with pytest.raises(DyepackError, match=reason) as caught:
        load(store, tmp_path, name, text)
    assert "\n" not in str(caught.value)
    assert not store.parts("tags")


# ── the real lists at hand: (statements, refused) of each


def told_in_the_page():
    """File, tags and refusals of every real list that the page of tag files names."""
    page = (ROOT / "docs/reference/tag-files.md").read_text("utf-8")
    rows = re.findall(r"^\| ([\w-]+/[\w.-]+) \| ([\d,]+) \| (\d+) \|", page, re.MULTILINE)
    return {name: (int(tags.replace(",", "")), int(refused)) for name, tags, refused in rows}


@pytest.fixture(scope="module")
def real(tmp_path_factory):
    """Every real list at hand, in one workspace: what was loaded by file, and the tables."""
    folder = shared("data", "tags")
    with Store.open(tmp_path_factory.mktemp("real") / "w", create=True) as store:
        found = {}
        for name in told_in_the_page():
            when = re.match(r"ofac-(\d{4}-\d\d-\d\d)/", name)
            edition = day(when[1]) if when else day("2023-01-13") if name.startswith("ofac-raw") else None
            choice = Choice("ofac" if "history" in name else None, edition)
            (loaded,) = load_tags(store, [folder / name], choice=choice)
            found[name] = (loaded.statements, loaded.rejected)
        yield found, store.records("tags"), store.records("rejects")


def test_real_lists_load_and_say_what_they_refused(real):
    assert len(told_in_the_page()) == 13
    assert real[0] == told_in_the_page()


def test_an_address_of_tron_that_ofac_lists_under_bitcoin_is_kept_in_rejects(real):
    refused = {reject.row.split(";")[0] for reject in real[2] if reject.source.endswith("XBT.txt")}
    assert refused == {TRX}


def test_nobody_is_delisted_by_a_list_that_is_cut_off(real):
    """Of all that ever ended, all but two addresses are Tornado Cash's, on the day that is known."""
    ended = [tag for tag in real[1] if tag.pack == "ofac" and tag.valid_to]
    assert sum(str(tag.valid_to) == "2025-03-21" for tag in ended) == 90
    assert len(ended) == 92


FILES = {
    "sdn.csv": ROW.format(f"Digital Currency Address - XBT {BTC}; alt. Digital Currency Address - ETH {ETH}."),
    "sdn.xml": SDN_XML,
    "advanced.xml": ADVANCED,
    "eu.xml": EU_XML,
    "eu.csv": EU_CSV,
    "uk.csv": UK_CSV,
    "uksl.csv": UKSL_CSV,
    "un.xml": UN_XML,
    "ftm.json": json.dumps({"schema": "CryptoWallet", "properties": {"publicKey": [BTC], "holder": ["h"]}}) + "\n",
    "simple.csv": f"id,schema,name,aliases,identifiers,dataset,last_seen\n1,CryptoWallet,{BTC},x,,d,2024-01-01\n",
    "sanctioned_addresses_XBT.txt": f'{BTC};"a;b"\n\n{BECH}\n',
    "seen.csv": f"asset,address,first_seen,last_seen\nXBT,{BTC},2023-01-01,2023-02-01\n",
    "addresses.csv": f"entity,chain,address\nsome-cex,ethereum,{ETH}\n",
    "names.json": json.dumps({ETH: {"name": "Some: Hot", "labels": ["huobi"]}}),
    "tags.yaml": f"title: a\ncurrency: BTC\ntags:\n- {{address: {BTC}, label: x, context: '{{}}'}}\n",
    "actors.yaml": "title: a\nactors:\n- {id: a, label: A, aliases: [x]}\nstatements:\n- {actor: a, same: b, by: c}\n",
}


@settings(max_examples=150)
@given(data=st.data())
def test_a_damaged_file_is_read_or_refused_in_one_line(tmp_path_factory, data):
    """A piece of a file left out, doubled, or in the place of another: never an error that is not ours."""
    name = data.draw(st.sampled_from(sorted(FILES)))
    text = FILES[name]
    start, end, place = (data.draw(st.integers(0, len(text))) for _ in range(3))
    piece = data.draw(st.sampled_from([text[start:end], "", '"', "<", "{", "\x00", "\ufeff", "[" * 3000, "1" * 5000]))
    path = tmp_path_factory.mktemp("damaged") / name
    path.write_text(text[:place] + piece + text[max(start, end) :], "utf-8")
    told = ""
    try:
        found = reader(path, Layout())
        for _, _, said in found:
            if not isinstance(said, Refused) and isinstance(said, Statement):
                with suppress(Refused):
                    list(tags(said))
        found.unread()
    except DyepackError as error:
        told = str(error)
    assert "\n" not in told
