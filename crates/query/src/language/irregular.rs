//! English words whose forms no rule gives (spec/query.md, "Variants"). Each line is a whole: whoever
//! asks for one word of it gets all. Changing a line changes what a query means: see there.

/// Verbs.
pub(super) const VERBS: &str = "\
be am is are was were been being
bear bears bore borne born bearing
beat beats beaten beating
become becomes became becoming
begin begins began begun beginning
bend bends bent bending
bet bets betting betted
bid bids bidding bade bidden
bind binds bound binding
bite bites bit bitten biting
blow blows blew blown blowing
break breaks broke broken breaking
bring brings brought bringing
build builds built building
burn burns burned burnt burning
burst bursts bursting
buy buys bought buying
catch catches caught catching
choose chooses chose chosen choosing
cling clings clung clinging
come comes came coming
cost costs costed costing
creep creeps crept creeping
cut cuts cutting
deal deals dealt dealing
die dies died dying
dig digs dug digging
do does did done doing
draw draws drew drawn drawing
dream dreams dreamed dreamt dreaming
drink drinks drank drunk drinking
drive drives drove driven driving
eat eats ate eaten eating
fall falls fell fallen falling
feed feeds fed feeding
feel feels felt feeling
fight fights fought fighting
find finds found finding
flee flees fled fleeing
fly flies flew flown flying
forbid forbids forbade forbidden forbidding
forget forgets forgot forgotten forgetting
forgive forgives forgave forgiven forgiving
freeze freezes froze frozen freezing
get gets got gotten getting
give gives gave given giving
go goes went gone going
grow grows grew grown growing
hang hangs hung hanged hanging
have has had having
hear hears heard hearing
hide hides hid hidden hiding
hit hits hitting
hold holds held holding
hurt hurts hurting
keep keeps kept keeping
know knows knew known knowing
lay lays laid laying
lead leads led leading
learn learns learned learnt learning
leave leaves left leaving
lend lends lent lending
let lets letting
lie lies lied lay lain lying
light lights lit lighted lighting
lose loses lost losing
make makes made making
mean means meant meaning
meet meets met meeting
mislead misleads misled misleading
overpay overpays overpaid overpaying
pay pays paid paying
prepay prepays prepaid prepaying
prove proves proved proven proving
put puts putting
quit quits quitting quitted
read reads reading
rebuild rebuilds rebuilt rebuilding
repay repays repaid repaying
ride rides rode ridden riding
ring rings rang rung ringing
rise rises rose risen rising
run runs ran running
say says said saying
see sees saw seen seeing
seek seeks sought seeking
sell sells sold selling
send sends sent sending
set sets setting
shake shakes shook shaken shaking
shoot shoots shot shooting
show shows showed shown showing
shut shuts shutting
sing sings sang sung singing
sink sinks sank sunk sinking
sit sits sat sitting
sleep sleeps slept sleeping
speak speaks spoke spoken speaking
speed speeds sped speeded speeding
spend spends spent spending
spill spills spilled spilt spilling
split splits splitting
spread spreads spreading
stand stands stood standing
steal steals stole stolen stealing
stick sticks stuck sticking
strike strikes struck stricken striking
swear swears swore sworn swearing
sweep sweeps swept sweeping
swim swims swam swum swimming
take takes took taken taking
teach teaches taught teaching
tear tears tore torn tearing
tell tells told telling
think thinks thought thinking
throw throws threw thrown throwing
tie ties tied tying
undergo undergoes underwent undergone undergoing
understand understands understood understanding
undertake undertakes undertook undertaken undertaking
underwrite underwrites underwrote underwritten underwriting
undo undoes undid undone undoing
uphold upholds upheld upholding
wake wakes woke waked woken waking
wear wears wore worn wearing
win wins won winning
wind winds wound winding
withdraw withdraws withdrew withdrawn withdrawing
withhold withholds withheld withholding
write writes wrote written writing";

/// Nouns.
pub(super) const NOUNS: &str = "\
analysis analyses
appendix appendices appendixes
bacterium bacteria
basis bases
calf calves
chairman chairmen
chairwoman chairwomen
child children
crisis crises
criterion criteria
curriculum curricula curriculums
diagnosis diagnoses
foot feet
half halves
hypothesis hypotheses
index indexes indices
knife knives
leaf leaves
life lives
loaf loaves
man men
matrix matrices matrixes
medium media mediums
memorandum memoranda memorandums
mouse mice
parenthesis parentheses
person people persons
phenomenon phenomena
policeman policemen
quiz quizzes
referendum referenda referendums
self selves
shelf shelves
spokesman spokesmen
spokeswoman spokeswomen
stadium stadia stadiums
synopsis synopses
thesis theses
thief thieves
tooth teeth
wife wives
wolf wolves
woman women";
