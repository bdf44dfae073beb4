// Pages of accounts and the office: wide tables that scroll by themselves on a phone.
import "./styles/_office-work.scss";
import "./styles/office.scss";
