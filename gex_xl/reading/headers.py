"""Column names as feeds write them: a vocabulary of fields, and of the sides that a name may hold."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from gex_xl.reading.values import right, text

#: field -> the name shown to users, then the usual names, in lower case without spaces and punctuation, the surest
#: first. Bare numbers are the field tags of Interactive Brokers' Web API.
FIELDS: dict[str, tuple[str, ...]] = {
    "strike": (
        "strike", "strikeprice", "strikepx", "optstrikepx", "strikeprc", "strikes", "strikerate", "k", "strk", "strprc",
        "exerciseprice", "basispreis", "ausubungspreis", "prixdexercice", "preciodeejercicio", "precodeexercicio",
        "strikekurs", "prezzodiesercizio", "prezzoesercizio", "行使價", "行使价", "履約價", "履約價格", "履约价",
        "行权价", "行權價", "执行价", "執行價", "執行價格", "権利行使価格", "行使価格", "행사가", "행사가격", "страйк",
    ),
    "right": (
        "right", "type", "cptype", "optiontype", "opttype", "optt", "cpflag", "cp", "callput", "putcall", "callorput",
        "putorcall", "pc", "contracttype", "optionright", "optputcall", "putcallflag", "putcallind", "callputflag",
        "callputindicator", "optiontypecode", "typ", "tipo", "買賣權", "买卖权", "權別",
        "認購認沽", "权利类型", "種類", "구분", "тип",
    ),
    "expiry": (
        "expiry", "expiration", "expirationdate", "expirydate", "exp", "expdate", "exdate", "expires", "expiredate",
        "expirdate", "optexpiredt", "expiredt", "expir", "exd", "maturity", "maturitydate", "matdate", "expiryday",
        "lasttradedateorcontractmonth", "contractexpiration", "contractmonth", "deliverymonth", "expiremonth",
        "expirygroup", "striketime", "verfall", "verfallsdatum", "verfalltag", "verfallstag", "laufzeit", "echeance",
        "vencimiento",
        "vencimento", "scadenza", "到期日", "到期月份", "到期月份週別", "合約月份", "到期", "満期日", "限月", "만기",
        "만기일", "экспирация",
    ),
    "iv": (
        "iv", "impliedvolatility", "impliedvol", "implvolatility", "impvol", "implvol", "ivol", "sigma", "volatility",
        "markiv", "midiv", "markvol", "ivolmid", "ivm", "ivmid", "iv%", "impliedvolatility1545", "impvolt", "implvolt",
        "optimpliedvolatilitymid", "optimpliedvolmid", "midimpliedvolatility", "markimpliedvolatility", "imv", "smvvol",
        "smoothsmvvol", "smooth_smv_vol", "ivolatility", "vola", "implizitevolatilitat", "implvola", "implizitevola",
        "volatiliteimplicite", "volatilidadimplicita", "volatilidadeimplicita", "volimplicita", "volatilitaimplicita",
        "引伸波幅", "隱含波幅", "隱含波動率", "隐含波动率", "インプライドボラティリティ", "내재변동성", "волатильность",
        "midvolatility", "midvolatilitypct", "ivlast", "lastiv", "impliedvolatilitylast", "7633",
    ),
    "bid_iv": (
        "bid iv", "bidiv", "bid1iv", "bidvol", "bidimpliedvolatility", "ivolbid", "ivbid", "bidimpliedvol", "bestbidiv",
    ),
    "ask_iv": (
        "ask iv", "askiv", "ask1iv", "askvol", "askimpliedvolatility", "ivolask", "ivask", "askimpliedvol", "bestaskiv",
    ),
    "open_interest": (
        "open interest", "openinterest", "openint", "oi", "opint", "opnint", "openinterests", "openinterestqty", "oint",
        "opint1", "opninterest",
        "suminterest", "sumopeninterest", "currentopeninterest", "oicontracts", "offenekontrakte",
        "openinterestcontracts", "offenesinteresse", "positionouverte", "positionsouvertes", "interetouvert",
        "interesabierto", "contratosemaberto", "posicoesemaberto", "interesseaperto", "未平倉", "未平倉量",
        "未平倉合約", "未平倉數", "未平仓", "未沖銷契約數", "未沖銷契約量", "持仓量", "持倉量", "建玉", "建玉残高",
        "미결제약정", "открытыйинтерес", "открытыепозиции", "7638",
    ),
    "gamma": ("gamma", "gammabs", "gammamid", "gamma1545", "optgamma", "7309"),
    "delta": ("delta", "deltabs", "deltamid", "delta1545", "optdelta", "dm", "7308"),
    "bid": (
        "bid", "bidprice", "bestbid", "bestbidprice", "bidpx", "pxbid", "bid1545", "bidpx1545", "bid1price", "bideod",
        "cfbid", "topbidprice", "buyprice", "buyprice1", "bestbuyprice", "bp", "geld", "achat", "compra", "denaro",
        "ofertadecompra", "買入價", "買價", "買盤", "买价", "最後最佳買價", "買気配", "매수호가", "спрос", "84",
    ),
    "ask": (
        "ask", "askprice", "bestask", "bestaskprice", "askpx", "pxask", "offer", "offerprice", "bestoffer", "ask1545",
        "askpx1545", "ask1price", "askeod", "cfask", "topaskprice", "sellprice", "sellprice1", "bestsellprice", "ap",
        "brief", "venta", "venda", "lettera", "ofertadevenda", "賣出價", "賣價", "賣盤", "卖价", "最後最佳賣價",
        "売気配", "매도호가", "предложение", "bestofferprice", "86",
    ),
    "volume": (
        "volume", "vol", "totalvolume", "tradevolume", "tradedvolume", "totaltradedvolume", "volm", "volu", "pxvolume",
        "voltraded", "volume24h", "acvol1", "volumen", "umsatz", "成交", "成交量", "売買高", "取引高", "거래량",
        "объем", "87",
    ),
    "multiplier": (
        "multiplier", "contractsize", "contractmultiplier", "deliverable", "sharespercontract", "optmultiplier",
        "optcontsize", "lotmultiplier",
    ),
    "lot": ("lot size", "lotsize", "lot", "ls", "marketlot", "boardlot"),
    "root": ("root", "optionroot", "class", "optionclass", "rootsymbol", "tradingclass", "契約", "商品代號"),
    "symbol": (
        "symbol", "option", "contract", "contractsymbol", "optionsymbol", "occsymbol", "osi", "osisymbol",
        "contractname", "instrumentname", "instrument", "localsymbol", "instid", "tradingsymbol", "tsym", "optname",
        "contractid", "securitydes", "securityname", "identifier", "ric", "detailsticker", "opra", "displayname",
        "productsymbol", "optionticker", "calls", "puts",
    ),
    "underlying": (
        "underlying", "ticker", "underlyingsymbol", "underlier", "actsymbol", "underlyingticker", "baseasset",
        "basecoin", "underlyingassetticker",
        "underlyingassetsymbol", "stockcode", "stockowner", "sousjacent", "basiswert", "subyacente", "sottostante",
        "uly", "optundlticker", "undlticker", "underlyingkey",
    ),
    "last_trade": (
        "last trade", "lasttradedate", "lasttradetime", "lasttradedateedt", "lasttradedateest", "tradetimeinlong",
        "lasttradesiptimestamp", "lasttradetimestamp",
    ),
    "dealer_position": ("dealer_position", "dealerposition", "dealerpos", "dealercontracts"),
    "spot": (
        "underlying price", "underlyingprice", "underlyinglast", "underlyinglastprice", "stockprice", "spot",
        "spotprice", "underlyingspot", "undprice", "activeunderlyingprice1545", "underlyingclose", "undlprice",
        "undlast", "indexprice", "stkpx", "underlyingvalue", "ulavalue", "underlyingspotprice", "optundlpx", "undlpx",
        "upx", "idxpx", "indexpx", "underlyingassetprice", "underlyingassetvalue", "undpx", "spotpx", "spotvalue",
        "impliedunderlyingprice1545", "impliedunderlyingprice",
        "activeunderlyingprice", "underlyinglasttradeprice", "underlyingltp", "kassakurs", "標的價格",
    ),
    "forward": ("forward", "forwardprice", "fwd", "fwdpx", "ifwd", "impliedforward", "futureprice", "futuresprice",
                "underlyingfutureprice"),
    "quote_time": (
        "quote time", "quotetime", "latestquotet", "quotedatetime", "quotereadtime", "quotedate", "asof",
        "lastquotelastupdated",
        "quotetimestamp", "quotedat", "updated", "updatedat", "timestamp", "ts", "endtimestamp", "snapshottime",
        "datetime", "creationtimestamp", "tradedate", "datadate", "date", "fetchtime", "exchfeedtime", "交易日期",
    ),
    "ms_of_day": ("ms_of_day", "msofday"),
    "currency": ("currency", "crncy", "ccy", "quotecurrency", "wahrung", "devise", "moneda", "moeda", "貨幣", "幣別"),
    "exchange": ("exchange", "exch", "exchangecode", "exchseg", "exchangesegment", "segment", "venue"),
    "am": ("am settlement", "amsettlement", "amsetflag", "amsettled", "expirytod", "settlementtype", "settletime"),
}  # fmt: skip


#: Too short or too common for the table of a book, where they mean something else.
_IN_CHAINS: dict[str, tuple[str, ...]] = {
    "strike": ("sp",), "right": ("side", "instrumenttype"), "underlying": ("name",),
    "root": ("product", "productid", "produkt", "produit", "producto", "prodotto"),
}  # fmt: skip


def plain(name: str) -> str:
    """A column name in lower case, without accents, spaces and punctuation; letters of all scripts stay."""
    word = name.lower()
    if not word.isascii():
        word = "".join(c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c))
        word = unicodedata.normalize("NFC", word)
    return "".join(c for c in word if c.isalnum() or c == "%")


_ALL = {field: (*names, *_IN_CHAINS.get(field, ())) for field, names in FIELDS.items()}
_BY_NAME = {plain(name): field for field, names in _ALL.items() for name in names}
_RANK = {plain(name): rank for names in _ALL.values() for rank, name in enumerate(names)}
#: Beside them the plain names hold something else: OKX's `delta` is in coin, Delta's `oi_value` in dollars.
_SURER = {"deltabs": -1, "gammabs": -1, "oiccy": -1}
_COIN_INTEREST = "oiccy"
_SIDES = r"c|call|calls|p|put|puts|ce|pe|call[_ ]?options?|put[_ ]?options?|認購|認沽|買權|賣權|コール|プット"
_SIDE_FIRST = re.compile(rf"({_SIDES})(?:[\s_.\-:/]+|(?-i:(?=[A-Z])))(.+)", re.IGNORECASE)
_SIDE_LAST = re.compile(rf"(.+?)[\s_.\-(\[/]+({_SIDES})[)\]]?", re.IGNORECASE)
_SIDE_FUSED = re.compile(r"(call|put|ce|pe)(oi|openinterest|openint|iv|impliedvolatility|gamma|delta|bid|ask|volume)")
_LONGEST_NAME = 80
_NO_SIDES = frozenset({"right", "strike", "expiry", "underlying", "spot", "quote_time", "root", "currency", "exchange"})
# Objects whose fields are those of something else: of the day's bar, of the underlying.
_OTHERS = frozenset({"day", "underlyingasset", "underlying", "lasttrade", "prevday", "session"})


#: Before their names "option" says nothing: option_open_interest.
_OF_OPTIONS = frozenset({"strike", "expiry", "iv", "open_interest", "gamma", "delta", "bid", "ask", "volume"})
#: What behind a count says that it is in thousands and the like, or in what it is counted.
_SCALES = {"000": 1e3, "000s": 1e3, "k": 1e3, "thousand": 1e3, "thousands": 1e3, "lakh": 1e5, "lakhs": 1e5,
           "mn": 1e6, "million": 1e6, "millions": 1e6, "crore": 1e7, "crores": 1e7}  # fmt: skip
_COUNTED = frozenset({"contracts", "contract", "lots", "lot", "shares", "qty", "units", "coin", "coins"})
_COUNT = re.compile(r"(.+?)[\s_]*(?:[(\[][\s'’]*(?:in\s+)?(\w+)[\s'’]*[)\]]|\bin\s+(\w+)|['’](000s?))\s*")


def scale_of(name: str) -> tuple[str, float]:
    """What the name of a count says of its scale, and the factor: `OI (in lakhs)` -> lakhs, 100 000; else 1."""
    found = _COUNT.fullmatch(name)
    word = next(filter(None, found.groups()[1:]), "").lower() if found else ""
    return ("thousands" if word in ("000", "000s", "k") else word, _SCALES[word]) if word in _SCALES else ("", 1.0)


def _counted(name: str) -> str:
    """The name of a count without what it is counted in: `Open Interest (Lots)`, `OI (000)`."""
    found = _COUNT.fullmatch(name) if name[-1:] in ")]s0hne" else None
    word = next(filter(None, found.groups()[1:]), "").lower() if found else ""
    return found[1] if found and word in {*_SCALES, *_COUNTED} else name


@lru_cache(maxsize=4096)
def _known(name: str) -> tuple[str, str] | None:
    """Field and the key under which it is known, or None. Of a nested name, `greeks.gamma`, the last part counts."""
    key = plain(name)
    for candidate in (key, key.rstrip("%")):
        if candidate == _COIN_INTEREST:
            return "open_interest", candidate
        if found := _BY_NAME.get(candidate):
            return found, candidate
    bare = _counted(name)
    if bare != name and (found := _BY_NAME.get(plain(bare))) in ("open_interest", "volume"):
        return found, plain(bare)
    if key.startswith("option") and (found := _BY_NAME.get(key[6:].rstrip("%"))) in _OF_OPTIONS:
        return found, key[6:].rstrip("%")
    if "." not in name or not any(map(str.isalpha, name)):  # 2.87 is a figure, 87 a tag
        return None
    *parents, last = name.split(".")
    two = plain("".join(parents[-1:])) + plain(last)
    if found := _BY_NAME.get(two):
        return found, two
    # "Open.Int" is one name, "stats.low" is a field of another object.
    if plain(parents[-1]) in _OTHERS and _BY_NAME.get(plain(last)) not in ("volume",):
        return None
    inner = plain(last)
    found = "open_interest" if inner == _COIN_INTEREST else _BY_NAME.get(inner)
    return (found, inner) if found else None


def field_of(name: str) -> str | None:
    """The field that a column name stands for, or None. Of a nested name, `greeks.gamma`, the last part counts."""
    found = _known(name) if len(name) <= _LONGEST_NAME else None
    return found[0] if found else None


def rank_of(name: str) -> int:
    """How sure a name is among those of its field; the smallest is taken where several columns have one field."""
    found = _known(name)
    key = found[1] if found else ""
    return _SURER.get(key, _RANK.get(key, 99))


def sided_field(name: str) -> tuple[str, str] | None:
    """Right and field of a name that holds both, such as `C_BID`, `Put OI` or `IV (call)`; None for any other."""
    found = split_side(name)
    field = field_of(found[1]) if found else None
    return (found[0], field) if found and field and field not in _NO_SIDES else None


@lru_cache(maxsize=4096)
def split_side(name: str) -> tuple[str, str] | None:
    """Right, and the rest of a name that holds a right: `PE.openInterest`, `cMidIv`, `call_oi`, `Volume (Puts)`."""
    bare = text(name).strip("[] ")
    if len(bare) > _LONGEST_NAME:
        return None
    for pattern, right_at, field_at in ((_SIDE_FIRST, 1, 2), (_SIDE_LAST, 2, 1)):
        found = pattern.fullmatch(bare)
        if found and field_of(found[field_at]):
            return right(found[right_at]) or "C", found[field_at]
    fused = _SIDE_FUSED.fullmatch(plain(bare))
    return (right(fused[1]) or "C", fused[2]) if fused else None
