/** The zones that the oracles go through: those that `Intl` lists, their other names, and sixty odd ones for every day. */

/** Names that tzdata keeps beside the ones that `Intl` lists: former spellings, links, and single offsets. */
export const ALIASES: readonly string[] = `
  Africa/Asmara Africa/Timbuktu America/Argentina/Buenos_Aires America/Argentina/Catamarca
  America/Argentina/ComodRivadavia America/Argentina/Cordoba America/Argentina/Jujuy America/Argentina/Mendoza
  America/Atikokan America/Atka America/Ensenada America/Fort_Wayne America/Indiana/Indianapolis
  America/Kentucky/Louisville America/Knox_IN America/Montreal America/Nipigon America/Nuuk America/Pangnirtung
  America/Porto_Acre America/Rainy_River America/Rosario America/Santa_Isabel America/Shiprock America/Thunder_Bay
  America/Virgin America/Yellowknife Antarctica/South_Pole Asia/Ashkhabad Asia/Choibalsan Asia/Chongqing
  Asia/Chungking Asia/Dacca Asia/Harbin Asia/Ho_Chi_Minh Asia/Istanbul Asia/Kashgar Asia/Kathmandu Asia/Kolkata
  Asia/Macao Asia/Tel_Aviv Asia/Thimbu Asia/Ujung_Pandang Asia/Ulan_Bator Asia/Yangon Atlantic/Faroe
  Atlantic/Jan_Mayen Australia/ACT Australia/Canberra Australia/Currie Australia/LHI Australia/NSW Australia/North
  Australia/Queensland Australia/South Australia/Tasmania Australia/Victoria Australia/West Australia/Yancowinna
  Brazil/Acre Brazil/DeNoronha Brazil/East Brazil/West CET CST6CDT Canada/Atlantic Canada/Central Canada/Eastern
  Canada/Mountain Canada/Newfoundland Canada/Pacific Canada/Saskatchewan Canada/Yukon Chile/Continental
  Chile/EasterIsland Cuba EET EST EST5EDT Egypt Eire Etc/GMT Etc/GMT+0 Etc/GMT+1 Etc/GMT+10 Etc/GMT+11 Etc/GMT+12
  Etc/GMT+2 Etc/GMT+3 Etc/GMT+4 Etc/GMT+5 Etc/GMT+6 Etc/GMT+7 Etc/GMT+8 Etc/GMT+9 Etc/GMT-0 Etc/GMT-1 Etc/GMT-10
  Etc/GMT-11 Etc/GMT-12 Etc/GMT-13 Etc/GMT-14 Etc/GMT-2 Etc/GMT-3 Etc/GMT-4 Etc/GMT-5 Etc/GMT-6 Etc/GMT-7
  Etc/GMT-8 Etc/GMT-9 Etc/GMT0 Etc/Greenwich Etc/UCT Etc/UTC Etc/Universal Etc/Zulu Europe/Belfast Europe/Kyiv
  Europe/Nicosia Europe/Tiraspol Europe/Uzhgorod Europe/Zaporozhye GB GB-Eire GMT GMT+0 GMT-0 GMT0 Greenwich HST
  Hongkong Iceland Iran Israel Jamaica Japan Kwajalein Libya MET MST MST7MDT Mexico/BajaNorte Mexico/BajaSur
  Mexico/General NZ NZ-CHAT Navajo PRC PST8PDT Pacific/Chuuk Pacific/Johnston Pacific/Kanton Pacific/Pohnpei
  Pacific/Samoa Pacific/Yap Poland Portugal ROC ROK Singapore Turkey UCT US/Alaska US/Aleutian US/Arizona
  US/Central US/East-Indiana US/Eastern US/Hawaii US/Indiana-Starke US/Michigan US/Mountain US/Pacific US/Samoa
  UTC Universal W-SU WET Zulu
`
  .trim()
  .split(/\s+/);

/** Fixed offsets, which Temporal writes as we do. */
export const OFFSETS: readonly string[] = ["+05:30", "-03:30", "+14:00", "-12:00", "+00:00", "+12:45"];

/** Every zone that this runtime knows by a name. */
export const everyZone = (): readonly string[] => [...Intl.supportedValuesOf("timeZone"), ...ALIASES, ...OFFSETS];

/**
 * Sixty zones, each for an oddity between 2000 and 2040: clocks that change at midnight, or by half an hour, or by two hours;
 * offsets of 30 and 45 minutes; a day left out; DST brought in, given up, or stopped for Ramadan; another standard time; DST
 * below standard time; a stay of a week; no change at all; a name that was changed.
 */
export const ODD_ZONES: readonly string[] = `
  Africa/Cairo Africa/Casablanca Africa/El_Aaiun Africa/Juba Africa/Sao_Tome Africa/Tripoli Africa/Tunis Africa/Windhoek
  America/Adak America/Argentina/San_Luis America/Asuncion America/Cancun America/Caracas America/Ciudad_Juarez
  America/Fort_Nelson America/Grand_Turk America/Havana America/Indiana/Knox America/Montevideo America/New_York
  America/North_Dakota/Beulah America/Nuuk America/Phoenix America/Port-au-Prince America/Recife America/Resolute
  America/Santiago America/Sao_Paulo America/Scoresbysund America/St_Johns America/Whitehorse
  Antarctica/Casey Antarctica/Macquarie Antarctica/Troll Antarctica/Vostok
  Asia/Almaty Asia/Beirut Asia/Colombo Asia/Dhaka Asia/Gaza Asia/Jerusalem Asia/Kathmandu Asia/Kolkata Asia/Pyongyang
  Asia/Tehran Asia/Ulaanbaatar
  Australia/Eucla Australia/Lord_Howe Europe/Dublin Europe/Istanbul Europe/Kyiv Europe/Volgograd
  Pacific/Apia Pacific/Bougainville Pacific/Chatham Pacific/Easter Pacific/Fiji Pacific/Norfolk Pacific/Tongatapu US/Pacific
`
  .trim()
  .split(/\s+/);

/** Deep runs (`FETTLE_RUNS` of 50 or more, as `npm run test:deep` has it) go through every zone and every day. */
export const isDeep: boolean = Number(process.env.FETTLE_RUNS ?? 1) >= 50;
